// Package flows owns the flow (流程): the steps that a case (办件) of an item (事项) goes through.
//
// A flow is standard BPMN 2.0 XML, so any BPMN editor can draw it, cut down to what is executed.
// Everything else is refused by name and place, never silently ignored:
//
//	process · startEvent · endEvent · sequenceFlow with a conditionExpression in CEL
//	userTask · serviceTask · callActivity · subProcess
//	exclusiveGateway · parallelGateway · inclusiveGateway
//	intermediateCatchEvent and boundaryEvent with a timer or a message
//	multiInstanceLoopCharacteristics of a userTask
//
// Kept and written back, since it says nothing about execution: documentation, annotations,
// groups, lanes, one pool with messages around it, data objects, BPMN DI with its colours, and
// the marks that tools leave for themselves. A plain task is read, and refused at publish.
//
// What BPMN does not know stands in extension elements of [Namespace]:
//
//	ld:step     of a userTask: kind level tenant department post role person substitute limit
//	            opinion attachments documents acts; in it ld:risk (kind text measure) and
//	            ld:field (name right), see [Step]
//	ld:many     of multiInstanceLoopCharacteristics: over values|from rule n, see [Many]
//	ld:service  of a serviceTask: kind names a handler
//	ld:timer    of an event: days
//	ld:wait     of an event: for key, see [Wait]
//	ld:end      of an endEvent: kind, see [Ending]
//
// Every time is in working days (工作日). An ISO duration of whole days, P5D, is read so too, and
// written beside ld:timer for other tools; hours, dates and cycles are refused.
//
// # The life of a definition
//
//	```mermaid
//	flowchart LR
//	  xml[BPMN XML] -- Parse --> draft[Definition]
//	  draft -- XML --> xml
//	  steps["[]Step"] -- Linear --> xml
//	  draft -- Expand --> whole[with the flows it calls]
//	  whole -- Check --> sound{no Problems?}
//	  sound -- no --> editor[DrawProblem: the way that offends]
//	  sound -- yes --> published[pinned to the item version]
//	  published -- Begin --> marking[Marking + open Work]
//	  marking -- "Complete, Refuse, Fire, Skip, Back" --> marking
//	  marking -- Remap --> newer[Marking of a later version]
//	  marking -- Ended --> complete[办结]
//	  published -- "Draw(marks)" --> svg[accessible SVG]
//	```
//
// [Parse] accepts drafts: what it returns can be drawn, whether or not it could be executed.
// [Definition.Check] is the gate at publish. A condition without a value (a form field that is
// missing, a cost beyond the bound) is an error and never a branch: routing by accident could
// skip a decision.
//
// # Tokens
//
// [Definition.Begin] and the other functions of the engine are pure: they take a [Marking] and
// return a [Change], that is the next marking and the [Work] to open and to close. The caller
// stores all of it in one transaction with the case. Work is known by a ticket, never given
// twice in a case, so that what was done twice, or too late, is a Conflict and does nothing.
//
//	```mermaid
//	stateDiagram-v2
//	  [*] --> step: a token comes to a userTask
//	  [*] --> service: to a serviceTask
//	  [*] --> timer: to a catch event, or to what has boundary events
//	  [*] --> wait
//	  step --> [*]: Complete, Refuse, Skip
//	  service --> [*]: the caller ran it, Complete
//	  timer --> [*]: the days are over, Fire
//	  wait --> [*]: the answer came, Fire
//	  step --> cancelled: a boundary event fired, others of those who share it were enough, Back, Stop
//	```
//
// A parallel join waits for all its arrows; an inclusive one until no token elsewhere can come to
// an empty one (BPMN 2.0, 13.4.3). An end takes its token; the case ends when none is left. A
// boundary event that does not interrupt fires once for each visit to its activity.
//
// # Soundness
//
// Check proves, before a flow is published, that cases always come to a proper end: every node
// can be come to, from every state an end can be come to with nothing left behind, and no place
// is ever entered twice at a time. [Definition.Check] reduces the net by rules that keep the
// verdict, and explores what is left; nested blocks reduce to nothing. Each problem carries the
// way that leads to it. The verdicts and the engine are tested against a plain oracle.
//
// A sub-process is proved by itself. Choices are taken as free: a flow must be sound whatever
// the conditions give.
//
// # What is not here
//
// Supplement (补正), special procedure (特别程序), refusal to accept and withdrawal are acts on
// the case with clocks of their own. An arrow back to an earlier step is allowed; it gives no
// new time (see [Check]). Message and signal starts, event gateways, event sub-processes,
// errors, compensation, terminate ends, scripts and business rules are not executed.
//
// A Definition never changes after Parse and is safe for concurrent use; it does no I/O and
// knows no clock. [Service] keeps flows in the database.
package flows
