// Plays the flow with sample data: who would get each step in a chosen place.
import { h, field, text, select, check, part, button } from "./dom.js";
import { ext } from "./ld.js";

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

export class Play {
  constructor(app) {
    Object.assign(this, { app, origin: null, facts: { applicant_kind: "person", outcome: "", opinion: "", choices: [], form: {} }, scene: null, log: [], error: null });
  }
  stop() {
    this.scene = this.error = null;
    this.log = [];
    this.app.marks.clear("fb-now", "fb-done", "fb-wait", "fb-stuck");
  }
  // asked are the form fields that the conditions of the flow ask for.
  asked() {
    const found = new Set();
    this.app.get("elementRegistry").forEach((e) => {
      const c = e.type === "bpmn:SequenceFlow" && e.businessObject.get("conditionExpression");
      (((c && c.get("body")) || "").match(/form\.([\p{L}_][\p{L}\p{N}_]*)/gu) || []).forEach((f) => found.add(f.slice(5)));
      const loop = e.type === "bpmn:UserTask" && e.businessObject.get("loopCharacteristics");
      const m = loop && ext(loop, "ld:Many");
      ((m && m.get("from")) || "").replace(/form\.([\p{L}_][\p{L}\p{N}_]*)/gu, (_, f) => found.add(f));
    });
    return [...found];
  }
  given() {
    const f = this.facts;
    const out = { applicant_kind: f.applicant_kind, outcome: f.outcome, opinion: f.opinion, choices: f.choices, days: this.app.data.promised || 0 };
    out.form = {};
    Object.entries(f.form).forEach(([k, v]) => {
      if (v === "") return;
      out.form[k] = /^-?\d+(\.\d+)?$/.test(v) ? Number(v) : v === "true" || v === "是" ? true : v === "false" || v === "否" ? false : /[、，]/.test(v) ? v.split(/[、，]/) : v;
    });
    return out;
  }
  async turn(doing, card) {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    const was = this.scene;
    try {
      const { xml } = await this.app.modeler.saveXML();
      const res = await this.app.post("play", { xml, origin: this.origin ? this.origin.value : "", do: doing, ticket: card ? card.ticket : 0, marking: was ? was.marking : null, facts: this.given() });
      if (!res.ok) {
        this.error = res.body;
        this.app.marks.clear("fb-stuck");
        if (res.body.detail) this.app.marks.mark(res.body.detail, "fb-stuck");
      } else {
        if (doing === "begin") this.log = [];
        else this.log.push({ name: card.name || card.says, at: card.at, people: card.people, kind: card.kind, value: card.value, how: { complete: "办结", fire: card.kind === "timer" ? "到期" : "收到", skip: "跳过" }[doing] });
        this.scene = res.body;
        const from = card ? card.node : (this.app.get("elementRegistry").find((e) => e.type === "bpmn:StartEvent" && !(e.parent && e.parent.type === "bpmn:SubProcess")) || {}).id;
        this.mark(from);
      }
    } finally {
      this.busy = false;
      this.draw();
    }
  }
  mark(from) {
    const marks = this.app.marks;
    marks.clear("fb-now", "fb-wait", "fb-stuck");
    const here = (id) => id.split("/")[0];
    this.scene.open.forEach((c) => marks.mark(here(c.node), "fb-now"));
    (this.scene.waiting || []).forEach((id) => marks.mark(id, "fb-wait"));
    if (!from) return;
    marks.mark(here(from), "fb-done");
    const targets = new Set((this.scene.entered || []).map(here));
    if (this.scene.ended) this.app.get("elementRegistry").filter((e) => e.type === "bpmn:EndEvent").forEach((e) => targets.add(e.id));
    this.ways(here(from), targets).forEach((way) => {
      way.forEach((e) => marks.mark(e.id, "fb-done"));
      this.run(way);
    });
  }
  // ways are the arrows from a node to where the case went, through gateways.
  ways(from, targets) {
    const out = [];
    const seen = new Set();
    const walk = (node, way) => {
      (node.outgoing || []).forEach((e) => {
        if (e.type !== "bpmn:SequenceFlow" || seen.has(e.id)) return;
        seen.add(e.id);
        const next = [...way, e];
        if (targets.has(e.target.id)) out.push(next);
        else if (/Gateway$/.test(e.target.type)) walk(e.target, next);
      });
    };
    const start = this.app.get("elementRegistry").get(from);
    if (start) walk(start, []);
    return out;
  }
  // run lets a dot go along the way.
  run(way) {
    const points = way.flatMap((e) => e.waypoints);
    if (still.matches || points.length < 2) return;
    const layer = this.app.get("canvas").getLayer("fb-play", 1);
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    dot.setAttribute("r", 8);
    dot.setAttribute("class", "fb-dot");
    layer.appendChild(dot);
    const legs = points.slice(1).map((p, i) => Math.hypot(p.x - points[i].x, p.y - points[i].y));
    const whole = legs.reduce((a, b) => a + b, 0);
    const took = Math.min(1400, 350 + whole * 1.6);
    let began = 0;
    const step = (now) => {
      began = began || now;
      let left = Math.min(1, (now - began) / took) * whole;
      let i = 0;
      while (i < legs.length - 1 && left > legs[i]) left -= legs[i++];
      const k = legs[i] ? left / legs[i] : 1;
      dot.setAttribute("cx", points[i].x + (points[i + 1].x - points[i].x) * k);
      dot.setAttribute("cy", points[i].y + (points[i + 1].y - points[i].y) * k);
      if (now - began < took) requestAnimationFrame(step);
      else dot.remove();
    };
    requestAnimationFrame(step);
  }
  draw() {
    this.app.side.show("play");
  }

  view() {
    const [head, origin, places, data, row] = this.setting();
    return [head, origin, places, row, this.scene || this.error ? this.stageView() : null, data];
  }
  setting() {
    const f = this.facts;
    const { choices = [], applicants = [] } = this.app.data.lists;
    const fields = this.asked();
    const found = h("ul", { class: "fb-places", role: "list" });
    let wait = 0;
    const search = async (q) => {
      const res = await this.app.fetch(this.app.data.urls.places + "?q=" + encodeURIComponent(q));
      if (!res.ok) return;
      found.replaceChildren(...(res.body.length ? res.body : [null]).map((p) => (p ? h("li", null, h("button", { type: "button", onclick: () => { this.origin = p; this.stop(); this.draw(); } }, h("strong", null, p.label), h("span", null, p.group))) : h("li", { class: "fb-help" }, "没有找到，换个名称试试"))));
    };
    const box = h("input", { type: "search", class: "form-control", placeholder: "输入嘎查、社区或苏木的名称", autocomplete: "off", oninput: (e) => { clearTimeout(wait); wait = setTimeout(() => search(e.target.value.trim()), 200); }, onfocus: (e) => found.childElementCount || search(e.target.value.trim()) });
    return [
      h("div", { class: "fb-what" }, h("h2", null, "试运行"), h("p", null, "用样例数据走一遍，什么都不会保存。")),
      this.origin
        ? h("div", { class: "fb-origin" }, h("span", null, "申请地"), h("strong", null, this.origin.label), h("small", null, this.origin.group), button("换一个", () => { this.origin = null; this.stop(); this.draw(); }))
        : field("申请地", box, "选一个嘎查，看每个环节会到谁手上", "origin"),
      this.origin ? null : found,
      part("样例数据", true,
        field("申请人", select(applicants, f.applicant_kind, (v) => (f.applicant_kind = v)), "", "fact-applicant"),
        field("办理结果", select([{ value: "granted", label: "准予" }, { value: "denied", label: "不予" }], f.outcome, (v) => (f.outcome = v), "还没有结果"), "每一步之前都可以改", "fact-outcome"),
        choices.length ? h("fieldset", { class: "fb-checks" }, h("legend", null, "选择的情形"), choices.map((c, i) => check((c.group ? c.group + "：" : "") + c.label, f.choices.includes(c.value), (on) => (f.choices = on ? [...f.choices, c.value] : f.choices.filter((v) => v !== c.value)), "fact-choice-" + i))) : null,
        fields.map((name) => field("表单：" + name, text(f.form[name], (v) => (f.form[name] = v)), "", "fact-form-" + name)),
      ),
      h("div", { class: "fb-row" }, button(this.scene ? "从头再来" : "开始试运行", () => { if (!this.origin) return; this.stop(); this.app.get("selection").select([]); this.app.marks.clear("fb-path", "fb-stuck"); this.turn("begin"); }, { class: "btn btn-primary btn-sm", id: "fb-play-begin", "aria-disabled": this.origin ? null : "true" }), this.origin ? null : h("span", { class: "fb-help" }, "先选申请地")),
    ];
  }
  stageView() {
    const s = this.scene;
    const open = (s && s.open) || [];
    const cards = open.map((c) => this.card(c));
    return h("section", { class: "fb-stage", "aria-live": "polite" },
      this.log.length ? h("ol", { class: "fb-log" }, this.log.map((l) => h("li", null, h("strong", null, l.name + (l.value ? "（" + l.value + "）" : "")), h("span", null, [l.how, l.at, l.people && l.people.join("、")].filter(Boolean).join(" · "))))) : null,
      this.error ? h("p", { class: "fb-warning", role: "alert" }, this.error.text + (this.error.detail ? "（" + this.name(this.error.detail) + "）" : "")) : null,
      s && s.ended ? h("p", { class: "fb-good", id: "fb-play-ended" }, `流程走完了：共 ${this.log.length} 步，办件办结。`) : null,
      s && !s.ended && !open.length ? h("p", { class: "fb-warning", role: "alert", id: "fb-play-stuck" }, "卡住了：没有人能办下一步。" + this.waits(s)) : null,
      cards.length ? h("h3", null, cards.length > 1 ? "现在可以办（选一个）" : "现在办理") : null, cards);
  }
  name(id) {
    const e = this.app.get("elementRegistry").get(id);
    return (e && e.businessObject.get("name")) || id;
  }
  waits(s) {
    const names = new Set((s.waiting || []).map((id) => { const e = this.app.get("elementRegistry").get(id); return e ? e.target.businessObject.get("name") || "汇合处" : ""; }));
    return names.size ? [...names].filter(Boolean).map((n) => "“" + n + "”").join("、") + "在等另一条分支，可它不会来了。" : "";
  }
  card(c) {
    const label = { step: "办结这一步", service: "系统办完", timer: "视为到期", wait: "视为收到" }[c.kind];
    const who = c.nowhere ? h("p", { class: "fb-warning" }, c.nowhere) : c.kind !== "step" ? h("p", null, c.says) : h("dl", { class: "fb-facts" },
      h("dt", null, "办理单位"), h("dd", null, c.at), h("dt", null, "岗位"), h("dd", null, c.post || "不限"),
      h("dt", null, "今天在岗"), h("dd", null, c.hidden ? "不在您的管辖范围内，看不到人员" : c.people.length ? c.people.join("、") : h("b", { class: "fb-none" }, "没有人在岗")),
      c.deputy && c.deputy.length ? [h("dt", null, "AB 角"), h("dd", null, c.deputy.join("、"))] : null,
      h("dt", null, "时限"), h("dd", null, c.limit + " 个工作日"));
    return h("article", { class: "fb-card", "data-node": c.node }, h("h4", null, (c.name || c.says) + (c.value ? "（" + c.value + "）" : ""), c.what ? h("span", { class: "fb-note" }, c.what) : null), who,
      h("div", { class: "fb-row" }, button(label, () => this.turn(c.kind === "timer" || c.kind === "wait" ? "fire" : "complete", c), { class: "btn btn-sm btn-primary", "data-turn": c.node }), c.of ? button("整步跳过", () => this.turn("skip", c)) : null, button("在图中看", () => this.app.marks.choose({ id: c.node.split("/")[0] }))));
  }
}
