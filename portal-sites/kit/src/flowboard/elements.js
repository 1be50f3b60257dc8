// The elements of government work that the palette, the context pad and the
// keyboard put on the canvas, ready with what is usual for them.
import { ext } from "./ld.js";

const step = (kind, level, post, limit, more) => ({ type: "bpmn:UserTask", step: Object.assign({ kind, level, post, limit: String(limit) }, more) });

export const catalogue = {
  start: { group: "ends", label: "开始", icon: "bpmn-icon-start-event-none", make: { type: "bpmn:StartEvent", name: "提交申请" } },
  end: { group: "ends", label: "结束", icon: "bpmn-icon-end-event-none", make: { type: "bpmn:EndEvent", name: "办结" } },
  accept: { group: "steps", label: "受理", mark: "受", make: Object.assign(step("accept", "own", "clerk", 1), { name: "受理" }) },
  review: { group: "steps", label: "审查", mark: "审", make: Object.assign(step("review", "county", "reviewer", 3), { name: "审查" }) },
  decide: { group: "steps", label: "审批决定", mark: "决", make: Object.assign(step("decide", "county", "decider", 3, { opinion: "required" }), { name: "审批决定" }) },
  deliver: { group: "steps", label: "送达", mark: "送", make: Object.assign(step("deliver", "origin", "clerk", 1), { name: "送达" }) },
  cosign: { group: "steps", label: "会签", mark: "会", make: Object.assign(step("review", "county", "reviewer", 3, { opinion: "required" }), { name: "会签", many: { over: "departments", rule: "all" } }) },
  consult: { group: "steps", label: "征求意见", mark: "征", make: Object.assign(step("review", "county", "reviewer", 5, { opinion: "required" }), { name: "征求意见", many: { over: "departments", rule: "any" } }) },
  special: { group: "waits", label: "特别程序", icon: "bpmn-icon-intermediate-event-catch-message", make: { type: "bpmn:IntermediateCatchEvent", event: "bpmn:MessageEventDefinition", wait: { for: "external", key: "special" }, name: "特别程序" } },
  service: { group: "waits", label: "系统任务", icon: "bpmn-icon-service-task", make: { type: "bpmn:ServiceTask", name: "系统任务", service: { kind: "notify" } } },
  applicant: { group: "waits", label: "等申请人", icon: "bpmn-icon-intermediate-event-catch-message", make: { type: "bpmn:IntermediateCatchEvent", event: "bpmn:MessageEventDefinition", wait: { for: "applicant" }, name: "等待申请人" } },
  payment: { group: "waits", label: "等缴费", icon: "bpmn-icon-intermediate-event-catch-message", make: { type: "bpmn:IntermediateCatchEvent", event: "bpmn:MessageEventDefinition", wait: { for: "payment" }, name: "等待缴费" } },
  external: { group: "waits", label: "等外部系统", icon: "bpmn-icon-intermediate-event-catch-message", make: { type: "bpmn:IntermediateCatchEvent", event: "bpmn:MessageEventDefinition", wait: { for: "external", key: "exchange" }, name: "等待外部系统" } },
  parts: { group: "waits", label: "等并联事项办完", icon: "bpmn-icon-intermediate-event-catch-message", make: { type: "bpmn:IntermediateCatchEvent", event: "bpmn:MessageEventDefinition", wait: { for: "parts" }, name: "并联办理" } },
  timer: { group: "waits", label: "定时", icon: "bpmn-icon-intermediate-event-catch-timer", make: { type: "bpmn:IntermediateCatchEvent", event: "bpmn:TimerEventDefinition", timer: { days: "5" }, name: "等 5 个工作日" } },
  exclusive: { group: "gates", label: "排他网关", icon: "bpmn-icon-gateway-xor", make: { type: "bpmn:ExclusiveGateway" } },
  parallel: { group: "gates", label: "并行网关", icon: "bpmn-icon-gateway-parallel", make: { type: "bpmn:ParallelGateway" } },
  inclusive: { group: "gates", label: "包容网关", icon: "bpmn-icon-gateway-or", make: { type: "bpmn:InclusiveGateway" } },
  sub: { group: "parts", label: "子流程", icon: "bpmn-icon-subprocess-expanded", make: { type: "bpmn:SubProcess", isExpanded: true, name: "子流程" } },
  call: { group: "parts", label: "调用流程", icon: "bpmn-icon-call-activity", make: { type: "bpmn:CallActivity", name: "调用流程" } },
};

// shape makes what the catalogue says under key, with its extension elements.
export function shape(key, factory, moddle) {
  const { type, name, event, isExpanded, step, many, wait, timer, service } = catalogue[key].make;
  const made = factory.createShape({ type, eventDefinitionType: event, isExpanded });
  const bo = made.businessObject;
  if (name) bo.set("name", name);
  const values = [];
  if (step) values.push(moddle.create("ld:Step", step));
  if (wait) values.push(moddle.create("ld:Wait", wait));
  if (timer) values.push(moddle.create("ld:Timer", timer));
  if (service) values.push(moddle.create("ld:Service", service));
  if (values.length) bo.set("extensionElements", own(moddle.create("bpmn:ExtensionElements", { values }), bo, values));
  if (many) bo.set("loopCharacteristics", shared(moddle, bo, many));
  return made;
}

function own(extension, parent, values) {
  extension.$parent = parent;
  values.forEach((v) => (v.$parent = extension));
  return extension;
}

// shared is the loop of a step that several do.
export function shared(moddle, parent, many) {
  const loop = moddle.create("bpmn:MultiInstanceLoopCharacteristics");
  const values = [moddle.create("ld:Many", many)];
  loop.$parent = parent;
  loop.set("extensionElements", own(moddle.create("bpmn:ExtensionElements", { values }), loop, values));
  return loop;
}

// markOf is the sign of a step and the class of its colour.
export function markOf(bo) {
  const s = ext(bo, "ld:Step");
  if (!s) return null;
  const signs = { accept: "受", review: "审", decide: "决", deliver: "送" };
  return { sign: bo.get("loopCharacteristics") ? "会" : signs[s.get("kind")] || "？", kind: s.get("kind") || "none", step: s };
}
