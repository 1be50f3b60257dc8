// Package flows owns the flow (流程): the steps that a case (办件) of an item (事项) goes through.
//
// A flow is standard BPMN 2.0 XML, so any BPMN editor can draw it, cut down to what an
// approval needs. Everything else is refused by name and place, never silently ignored:
//
//	process · startEvent · endEvent · userTask · exclusiveGateway ·
//	sequenceFlow with a conditionExpression in CEL · BPMN DI, kept for drawing
//
// What BPMN does not know about a step (环节) stands in one extension element:
//
//	<bpmn:userTask id="decide" name="…">
//	  <bpmn:extensionElements>
//	    <ld:step xmlns:ld="https://liandong.cn/bpmn"
//	             kind="decide" level="league" post="decider" limit="3"/>
//	  </bpmn:extensionElements>
//	</bpmn:userTask>
//
// kind is what is done (accept 受理, review 审查, decide 决定, deliver 送达), level where,
// relative to the tenant in which the case was born (own, origin, parent, township, county, league, or
// tenant with tenant="label"), post by which post (岗位), and limit in how many working days.
//
// # The life of a definition
//
//	```mermaid
//	flowchart LR
//	  xml[BPMN XML] -- Parse --> draft[Definition]
//	  steps["[]Step"] -- Linear --> xml
//	  draft -- Check --> sound{no Problems?}
//	  sound -- no --> editor[shown in the editor, by element]
//	  sound -- yes --> published[pinned to the item version]
//	  published -- First --> step[Step]
//	  step -- "Next(step, facts)" --> step
//	  step -- Climb --> tenant[tenant where it is handled]
//	  step -- "Next: ended" --> complete[办结]
//	  published -- "Draw(marks)" --> svg[accessible SVG]
//	```
//
// [Parse] accepts drafts: what it returns can be drawn, whether or not it could be executed.
// [Definition.Check] is the gate at publish. For a flow that passes it, [Definition.First] is an
// acceptance (受理), and [Definition.Next] gives one next step or the end for any facts under
// which the conditions have a value. A condition without a value (a form field that is missing,
// a cost beyond the bound) is an error and never a branch: routing by accident could skip a
// decision.
//
// # What is not here
//
// Parallel work (并联审批) is a matter of participants of a case, not of its flow: a case stands
// at one step. Returning, supplement (补正), special procedure (特别程序), refusal to accept and
// withdrawal are acts on the case with clocks of their own. An arrow back to an earlier step is
// allowed; it gives no new time (see [Check]).
//
// A Definition never changes after Parse and is safe for concurrent use; it does no I/O and
// knows no clock. [Service] keeps flows in the database.
package flows
