// The properties of what is selected, written as extension elements.
import { h, field, text, area, number, select, check, checks, part, button } from "./dom.js";
import { ext } from "./ld.js";
import { shared } from "./elements.js";
import { guard } from "./palette.js";

const gateways = {
  "bpmn:ExclusiveGateway": "排他网关：按条件走其中一条，都不满足走默认连线。",
  "bpmn:ParallelGateway": "并行网关：几条分支同时办理，汇合处等全部办完。",
  "bpmn:InclusiveGateway": "包容网关：满足条件的分支都办，汇合处等它们办完。",
};
const names = {
  "bpmn:StartEvent": "开始", "bpmn:EndEvent": "结束", "bpmn:UserTask": "人工环节", "bpmn:ServiceTask": "系统任务", "bpmn:CallActivity": "调用流程",
  "bpmn:SubProcess": "子流程", "bpmn:ExclusiveGateway": "排他网关", "bpmn:ParallelGateway": "并行网关", "bpmn:InclusiveGateway": "包容网关",
  "bpmn:IntermediateCatchEvent": "等待", "bpmn:BoundaryEvent": "边界事件", "bpmn:SequenceFlow": "连线", "bpmn:Process": "整个流程", "bpmn:TextAnnotation": "批注",
};
const risks = ["自由裁量", "现场踏勘", "材料审查", "资金收取", "中介服务", "专家评审", "送达时限"];

const named = (el, label, id) => {
  el.setAttribute("aria-label", label);
  el.id = id;
  return el;
};

// longest is the most working days from acceptance to decision on any way through the drawing: what
// goes on at the same time does not add up, and a way back gives no new time.
function longest(registry) {
  const known = new Map();
  const own = (bo) => {
    const step = ext(bo, "ld:Step");
    if (step) return ["accept", "deliver"].includes(step.get("kind")) ? 0 : Number(step.get("limit")) || 0;
    const timer = ext(bo, "ld:Timer");
    return timer ? Number(timer.get("days")) || 0 : 0;
  };
  const from = (e) => {
    if (known.has(e)) return known.get(e);
    known.set(e, 0);
    const rest = (e.outgoing || []).filter((c) => c.type === "bpmn:SequenceFlow").map((c) => from(c.target));
    known.set(e, own(e.businessObject) + Math.max(0, ...rest));
    return known.get(e);
  };
  return Math.max(0, ...registry.filter((e) => e.type === "bpmn:StartEvent").map(from));
}

export class Panel {
  constructor(app, box) {
    Object.assign(this, { app, box });
    const bus = app.get("eventBus");
    const draw = () => this.draw();
    bus.on("selection.changed", draw);
    bus.on(["elements.changed", "root.set"], draw);
  }
  get(name) {
    return this.app.get(name);
  }
  draw() {
    if (this.waiting) return;
    this.waiting = true;
    Promise.resolve().then(() => {
      this.waiting = false;
      this.render();
    });
  }
  render() {
    const chosen = this.get("selection").get();
    const focus = this.box.contains(document.activeElement) ? document.activeElement.id : "";
    const element = chosen.length === 1 ? chosen[0].labelTarget || chosen[0] : chosen.length ? null : this.get("canvas").getRootElement();
    const content = element && element.businessObject ? this.of(element) : h("p", { class: "fb-hint" }, `选中了 ${chosen.length} 个元素。可以一起移动、复制、对齐或删除。`);
    this.box.replaceChildren(this.app.editable ? h("div", null, content) : h("fieldset", { class: "fb-readonly", disabled: true }, content));
    const again = focus && document.getElementById(focus);
    if (again) again.focus();
  }
  of(element) {
    const bo = element.businessObject;
    const type = bo.$type;
    const title = h("div", { class: "fb-what" }, h("h2", null, names[type] || "不支持的元素"), h("p", null, bo.get("id")));
    if (type === "bpmn:Process") return [title, this.process(element, bo)];
    if (type === "bpmn:TextAnnotation") return [title, field("批注内容", area(bo.get("text"), (v) => this.set(element, { text: v })), "", "text")];
    if (!names[type]) return [title, this.foreign(element, bo)];
    const parts = {
      "bpmn:UserTask": this.step, "bpmn:ServiceTask": this.service, "bpmn:CallActivity": this.call, "bpmn:EndEvent": this.end, "bpmn:SequenceFlow": this.flow,
      "bpmn:IntermediateCatchEvent": this.event, "bpmn:BoundaryEvent": this.event,
    };
    const naming = field("名称", area(bo.get("name"), (v) => this.set(element, { name: v }), { rows: 1 }), type === "bpmn:UserTask" ? "申请人查进度时看到的就是这个名称" : "", "name");
    const more = parts[type] ? parts[type].call(this, element, bo) : gateways[type] ? this.gateway(element, bo) : [];
    return [title, naming, more, bo.$instanceOf("bpmn:Activity") && this.app.editable ? this.guards(element) : null];
  }

  // What changes goes through the command stack, so that it can be undone.
  set(element, values) {
    this.get("modeling").updateProperties(element, values);
  }
  put(element, type, values) {
    const bo = element.businessObject;
    const modeling = this.get("modeling");
    const found = ext(bo, type);
    if (found) {
      modeling.updateModdleProperties(element, found, values);
      return;
    }
    const moddle = this.get("moddle");
    const made = moddle.create(type, values);
    const all = bo.get("extensionElements");
    if (all) {
      made.$parent = all;
      modeling.updateModdleProperties(element, all, { values: [...all.get("values"), made] });
      return;
    }
    const extension = moddle.create("bpmn:ExtensionElements", { values: [made] });
    made.$parent = extension;
    extension.$parent = bo;
    modeling.updateProperties(element, { extensionElements: extension });
  }
  drop(element, type) {
    const all = element.businessObject.get("extensionElements");
    if (all && ext(element.businessObject, type)) this.get("modeling").updateModdleProperties(element, all, { values: all.get("values").filter((v) => v.$type !== type) });
  }

  process(element, bo) {
    const steps = this.get("elementRegistry").filter((e) => e.type === "bpmn:UserTask");
    const days = longest(this.get("elementRegistry"));
    return [
      field("流程名称", text(bo.get("name"), (v) => this.set(element, { name: v })), "", "name"),
      h("dl", { class: "fb-facts" }, h("dt", null, "环节"), h("dd", null, steps.length + " 个"), h("dt", null, "受理到决定最长"), h("dd", null, days + " 个工作日"), h("dt", null, "承诺时限"), h("dd", null, this.app.data.promised ? this.app.data.promised + " 个工作日" : "未填写")),
      this.app.editable
        ? h("div", { class: "fb-guide" }, h("h3", null, "怎么画"), h("ol", null, h("li", null, "从左边工具箱把环节拖到画布上；也可以选中一个环节，点它旁边的小图标接着画。"), h("li", null, "点环节旁的连线图标，再点下一个元素，就连上了。"), h("li", null, "选中元素，在这里填办理层级、岗位、时限。"), h("li", null, "点“检查”看能不能走通，点“试运行”看谁会收到。")),
            h("h3", null, "键盘"), h("dl", { class: "fb-keys" }, [["Ctrl+Z", "撤销"], ["Ctrl+Y", "重做"], ["Ctrl+C / V", "复制、粘贴"], ["Delete", "删除"], ["E", "改名称"], ["C", "连线"], ["L", "框选"], ["Ctrl+F", "查找"], ["方向键", "移动选中的元素"]].map(([k, v]) => [h("dt", null, h("kbd", null, k)), h("dd", null, v)])))
        : h("p", { class: "fb-hint" }, "点图中的环节，查看由谁办理、几个工作日、有什么要求。"),
    ];
  }

  foreign(element, bo) {
    const to = (type, label) => button(label, () => {
      const made = this.get("bpmnReplace").replaceElement(element, { type });
      this.get("selection").select(made);
    });
    const can = bo.$instanceOf("bpmn:Activity") ? [to("bpmn:UserTask", "改为人工环节"), to("bpmn:ServiceTask", "改为系统任务")] : bo.$instanceOf("bpmn:Gateway") ? [to("bpmn:ExclusiveGateway", "改为排他网关"), to("bpmn:ParallelGateway", "改为并行网关")] : [];
    return [h("p", { class: "fb-warning" }, "系统不执行这种元素（" + bo.$type.replace("bpmn:", "") + "），不能保存。请改为受支持的类型，或删除。"), this.app.editable && h("div", { class: "fb-row" }, can)];
  }

  step(element, bo) {
    const s = ext(bo, "ld:Step");
    const lists = this.app.data.lists;
    const get = (k) => (s && s.get(k)) || "";
    const put = (k) => (v) => this.put(element, "ld:Step", { [k]: v || undefined });
    const keep = (k) => (v) => this.put(element, "ld:Step", { [k]: v });
    const suggest = (key, options) => h("datalist", { id: "fb-list-" + key }, options.map((o) => h("option", { value: o.value }, o.label)));
    const offered = (this.app.fields() || []).map((f) => ({ value: f, label: this.app.labelOf(f) }));
    return [
      part("由谁办理", true,
        field("环节类型", select(lists.kinds, get("kind"), keep("kind")), "", "kind"),
        field("办理层级", select(lists.levels, get("level"), (v) => this.put(element, "ld:Step", { level: v, tenant: v === "tenant" ? get("tenant") : undefined })), "相对申请地而言，同一张图在哪个嘎查都适用", "level"),
        get("level") === "tenant" ? field("单位区划码", text(get("tenant").replace(/000$/, ""), (v) => put("tenant")(/^\d{12}$/.test(v) ? v + "000" : v), { inputmode: "numeric" }), "12 位数字", "tenant") : null,
        field("部门", text(get("department"), put("department"), { list: "fb-list-department" }), "留空表示不限部门", "department"), suggest("department", lists.departments || []),
        field("岗位", select(lists.posts, get("post"), keep("post"), "不指定岗位"), "", "post"),
        field("时限（工作日）", number(get("limit"), keep("limit")), "", "limit"),
      ),
      part("角色、指定人员和 AB 角", [get("role") && "角色", get("person") && "人员", get("substitute") && "AB 角"].filter(Boolean).join("、"),
        field("角色", text(get("role"), put("role")), "除岗位外，还要有这个角色的才能办理", "role"),
        field("指定人员", text(get("person"), put("person")), "人员编号；一般用岗位，不指定到人", "person"),
        field("AB 角", select(lists.posts, get("substitute"), put("substitute"), "不设"), "办理人外出时由谁代办", "substitute"),
      ),
      part("办理要求", [get("opinion") === "required" && "意见", get("attachments") && "附件", get("documents") && "文书"].filter(Boolean).join("、"),
        check("必须填写办理意见", get("opinion") === "required", (on) => this.put(element, "ld:Step", { opinion: on ? "required" : undefined }), "opinion"),
        checks("必须上传的附件", [...(lists.attachments || []), { value: "现场照片", label: "现场照片" }, { value: "勘验记录", label: "勘验记录" }], get("attachments"), put("attachments"), "", "attachments"),
        checks("必须出具的文书", lists.documents, get("documents"), put("documents"), "", "documents"),
      ),
      part("允许的操作", get("acts") ? get("acts").split(/\s+/).length + " 项" : "按环节类型", checks("允许的操作", lists.acts, get("acts"), put("acts"), "都不选表示按环节类型的惯例", "acts")),
      part("表单字段权限", (s && s.get("fields").length ? s.get("fields").length + " 个字段" : ""), this.rights(element, s, offered)),
      this.risk(element, s),
      this.many(element, bo),
    ];
  }

  rights(element, s, offered) {
    const rows = s ? s.get("fields") : [];
    const moddle = this.get("moddle");
    const save = (list) => this.put(element, "ld:Step", { fields: list });
    const make = (name, right) => {
      const f = moddle.create("ld:Field", { name, right });
      f.$parent = s;
      return f;
    };
    const replace = (i, name, right) => save(rows.map((r, n) => (n === i ? make(name, right) : r)));
    const options = [{ value: "write", label: "可填" }, { value: "read", label: "只读" }, { value: "hidden", label: "隐藏" }];
    const list = h("datalist", { id: "fb-list-fields" }, offered.map((o) => h("option", { value: o.value }, o.label)));
    const lines = rows.map((r, i) => h("div", { class: "fb-line" },
      text(r.get("name"), (v) => v && replace(i, v, r.get("right")), { "aria-label": "字段名", list: "fb-list-fields", id: "fb-right-name-" + i }),
      named(select(options, r.get("right"), (v) => replace(i, r.get("name"), v)), "权限", "fb-right-" + i),
      button("删除", () => save(rows.filter((_, n) => n !== i)), { class: "btn btn-sm btn-ghost-danger", "aria-label": "删除字段 " + r.get("name") })));
    const fresh = text("", (v) => v && save([...rows, make(v, "write")]), { list: "fb-list-fields", placeholder: "字段名，回车添加" });
    return [list, lines, field("添加字段", fresh, "没有列出的字段都是只读", "right-new")];
  }

  risk(element, s) {
    const r = s && s.get("risk");
    const put = (k) => (v) => {
      const values = { kind: (r && r.get("kind")) || "", text: (r && r.get("text")) || "", measure: (r && r.get("measure")) || "", [k]: v };
      if (!values.kind && !values.text && !values.measure) {
        this.put(element, "ld:Step", { risk: undefined });
        return;
      }
      const made = this.get("moddle").create("ld:Risk", values);
      made.$parent = s;
      this.put(element, "ld:Step", { risk: made });
    };
    const get = (k) => (r && r.get(k)) || "";
    return part("廉政风险点", r ? get("kind") : "",
      field("风险类别", text(get("kind"), put("kind"), { list: "fb-list-risks" }), "", "risk-kind"), h("datalist", { id: "fb-list-risks" }, risks.map((v) => h("option", { value: v }))),
      field("风险描述", area(get("text"), put("text")), "", "risk-text"),
      field("防控措施", area(get("measure"), put("measure")), "三项要么都填，要么都不填", "risk-measure"));
  }

  many(element, bo) {
    const loop = bo.get("loopCharacteristics");
    const m = loop && ext(loop, "ld:Many");
    const get = (k) => (m && m.get(k)) || "";
    const rule = loop ? get("rule") || "?" : "one";
    const modeling = this.get("modeling");
    const write = (values) => {
      const next = Object.assign({ over: get("over"), values: get("values"), from: get("from"), rule: get("rule"), n: get("n") }, values);
      Object.keys(next).forEach((k) => next[k] || delete next[k]);
      const made = shared(this.get("moddle"), bo, next);
      if (loop && loop.get("isSequential")) made.set("isSequential", true);
      modeling.updateProperties(element, { loopCharacteristics: made });
    };
    const choose = (v) => {
      if (v === "one") modeling.updateProperties(element, { loopCharacteristics: undefined });
      else write({ rule: v, over: get("over") || "departments", n: v === "n" ? get("n") || "2" : "" });
    };
    const rules = [{ value: "one", label: "一人办理" }, { value: "all", label: "会签：全部办完" }, { value: "any", label: "或签：任一办完" }, { value: "n", label: "几个办完即可" }];
    const overs = [{ value: "departments", label: "部门" }, { value: "tenants", label: "单位（区划）" }, { value: "persons", label: "人员" }, { value: "list", label: "名单" }];
    return part("多人办理（会签、或签）", loop ? (rules.find((r) => r.value === rule) || { label: "待设置" }).label : "",
      field("办理方式", select(rules, rule === "?" ? "" : rule, choose), "", "many-rule"),
      loop ? [
        rule === "n" ? field("几个办完即可", number(get("n"), (v) => write({ n: v }), { min: 1 }), "", "many-n") : null,
        check("依次办理（不勾选为同时办理）", loop.get("isSequential"), (on) => modeling.updateModdleProperties(element, loop, { isSequential: on || undefined }), "many-sequential"),
        field("由哪些办理", select(overs, get("over"), (v) => write({ over: v })), "", "many-over"),
        field("名单", area(get("values"), (v) => write({ values: v.replace(/[、,，;；\s]+/g, " ").trim(), from: "" })), "写部门名称或代码，用空格或顿号分开", "many-values"),
        field("或者从办件取名单", text(get("from"), (v) => write({ from: v, values: v ? "" : get("values") })), "例如 form.depts，填了就不用上面的名单", "many-from"),
      ] : null);
  }

  guards(element) {
    const services = { modeling: this.get("modeling"), elementFactory: this.get("elementFactory"), moddle: this.get("moddle"), selection: this.get("selection") };
    return part("超时和中途来信", element.attachers.length ? element.attachers.length + " 个" : "",
      h("p", { class: "fb-help" }, "挂在环节边上：到时间或收到答复时转到另一条路。"),
      h("div", { class: "fb-row" }, button("加超时定时", () => guard(services, element, "timer")), button("加等待来信", () => guard(services, element, "message"))));
  }

  service(element, bo) {
    const s = ext(bo, "ld:Service");
    return [field("办什么", select(this.app.data.lists.services, s && s.get("kind"), (v) => this.put(element, "ld:Service", { kind: v })), "到这里由系统自动办理，不等人", "service")];
  }
  call(element, bo) {
    return [field("调用的流程", text(bo.get("calledElement"), (v) => this.set(element, { calledElement: v || undefined })), "填被调用流程的编号", "called")];
  }
  end(element, bo) {
    const e = ext(bo, "ld:End");
    const kinds = [{ value: "refuse", label: "不予受理" }, { value: "withdraw", label: "申请人撤回" }, { value: "terminate", label: "终止办理" }];
    return [field("怎样结束", select(kinds, e && e.get("kind"), (v) => (v ? this.put(element, "ld:End", { kind: v }) : this.drop(element, "ld:End")), "正常办结"), "没有作出决定就结束的，要写明原因", "ending")];
  }
  event(element, bo) {
    const definition = (bo.get("eventDefinitions") || [])[0];
    const kind = definition ? definition.$type : "";
    const out = [];
    if (kind === "bpmn:TimerEventDefinition") {
      const t = ext(bo, "ld:Timer");
      const days = t ? t.get("days") : (((definition.get("timeDuration") || { get: () => "" }).get("body") || "").match(/^P(\d+)D$/) || [])[1];
      out.push(field("工作日", number(days, (v) => this.days(element, definition, v), { min: 1 }), "从办到这里起算，节假日不计", "days"));
    } else if (kind === "bpmn:MessageEventDefinition") {
      const w = ext(bo, "ld:Wait");
      const whom = [{ value: "applicant", label: "申请人" }, { value: "payment", label: "缴费" }, { value: "external", label: "外部系统或特别程序" }, { value: "parts", label: "一件事的各个事项办完" }];
      out.push(field("等谁", select(whom, w && w.get("for"), (v) => this.put(element, "ld:Wait", { for: v, key: v === "external" ? (w && w.get("key")) || "exchange" : w && w.get("key") })), "", "wait-for"));
      out.push(field("答复的名称", text(w && w.get("key"), (v) => this.put(element, "ld:Wait", { key: v || undefined })), "外部系统凭它对上号；特别程序写 special", "wait-key"));
    } else out.push(h("p", { class: "fb-warning" }, "系统不执行这种事件，请删除后改用定时或等待。"));
    if (bo.$type === "bpmn:BoundaryEvent") out.push(check("发生时停止原环节", bo.get("cancelActivity"), (on) => this.set(element, { cancelActivity: on }), "cancels"));
    return out;
  }
  // days keeps the two ways of saying a duration the same.
  days(element, definition, v) {
    this.put(element, "ld:Timer", { days: v });
    if (definition.get("timeDuration")) this.get("modeling").updateModdleProperties(element, definition, { timeDuration: undefined });
  }

  gateway(element, bo) {
    const flows = bo.get("outgoing") || [];
    const options = flows.map((f) => ({ value: f.get("id"), label: (f.get("name") || "") + " → " + ((f.get("targetRef") && f.get("targetRef").get("name")) || "未命名") }));
    const current = bo.$type !== "bpmn:ParallelGateway" ? bo.get("default") : null;
    return [
      h("p", { class: "fb-hint" }, gateways[bo.$type]),
      bo.$type !== "bpmn:ParallelGateway" && flows.length > 1
        ? field("默认连线", select(options, current && current.get("id"), (v) => this.set(element, { default: flows.find((f) => f.get("id") === v) }), "不设"), "别的条件都不满足时走这条", "default")
        : null,
      this.app.editable ? h("div", { class: "fb-row" }, Object.keys(gateways).filter((t) => t !== bo.$type).map((t) => button("改为" + names[t], () => this.get("selection").select(this.get("bpmnReplace").replaceElement(element, { type: t }))))) : null,
    ];
  }

  flow(element, bo) {
    const from = bo.get("sourceRef");
    const chooses = from && (from.$type === "bpmn:ExclusiveGateway" || from.$type === "bpmn:InclusiveGateway");
    if (!chooses) return [h("p", { class: "fb-hint" }, "只有排他网关和包容网关的分支可以带条件。")];
    const isDefault = from.get("default") === bo;
    const condition = (bo.get("conditionExpression") || { get: () => "" }).get("body") || "";
    const write = (v) => {
      const expression = v ? this.get("moddle").create("bpmn:FormalExpression", { body: v }) : undefined;
      if (expression) expression.$parent = bo;
      this.set(element, { conditionExpression: expression });
    };
    const gate = this.get("elementRegistry").get(from.get("id"));
    const out = [check("默认连线（别的条件都不满足时走这条）", isDefault, (on) => {
      if (on && condition) write("");
      this.get("modeling").updateProperties(gate, { default: on ? bo : undefined });
    }, "is-default")];
    if (isDefault) return out;
    const box = area(condition, write, { rows: 3, spellcheck: "false", class: "form-control fb-code" });
    const add = (v) => write(box.value.trim() ? box.value.trim() + " && " + v : v);
    const chip = (label, v) => h("button", { type: "button", class: "fb-chip", title: v, onclick: () => add(v) }, label);
    const { choices = [], applicants = [] } = this.app.data.lists;
    const groups = [
      ["情形", choices.map((c) => chip((c.group ? c.group + "：" : "") + c.label, JSON.stringify(c.value) + " in choices"))],
      ["申请人", applicants.map((a) => chip(a.label, "applicant_kind == " + JSON.stringify(a.value)))],
      ["办理结果", [chip("准予", 'outcome == "granted"'), chip("不予", 'outcome == "denied"')]],
      ["承诺时限", [chip("超过 5 日", "days > 5")]],
      ["表单", (this.app.fields() || []).map((f) => chip(this.app.labelOf(f), "has(form." + f + ") && form." + f + " == "))],
    ].filter(([, list]) => list.length);
    out.push(field("走这条的条件", box, "可以点下面的按钮写入；几个条件用 && 连接，任一用 ||", "condition"));
    if (this.app.editable) out.push(h("div", { class: "fb-chips" }, groups.map(([label, list]) => h("div", { class: "fb-chip-row", role: "group", "aria-label": label }, h("span", null, label), list))));
    return out;
  }
}
