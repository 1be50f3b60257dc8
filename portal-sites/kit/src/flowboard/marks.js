// What is wrong, in the picture and as a list.
import { h } from "./dom.js";

export class Marks {
  constructor(app) {
    this.app = app;
    this.marked = [];
    this.faults = [];
  }
  element(id) {
    return this.app.get("elementRegistry").get(id);
  }
  mark(id, name) {
    if (!this.element(id)) return;
    this.app.get("canvas").addMarker(id, name);
    this.marked.push([id, name]);
  }
  // clear takes away the marks of some names; all when none is given.
  clear(...only) {
    const canvas = this.app.get("canvas");
    this.marked = this.marked.filter(([id, name]) => {
      if (only.length && !only.includes(name)) return true;
      if (this.element(id)) canvas.removeMarker(id, name);
      return false;
    });
  }
  show(faults) {
    this.faults = faults || [];
    this.clear("fb-bad", "fb-path", "fb-stuck");
    const overlays = this.app.get("overlays");
    overlays.remove({ type: "fb-fault" });
    const per = {};
    this.faults.forEach((f, i) => {
      if (!this.element(f.id)) return;
      (per[f.id] = per[f.id] || []).push(i + 1);
    });
    Object.keys(per).forEach((id) => {
      this.mark(id, "fb-bad");
      const e = this.element(id);
      const position = e.waypoints ? { top: 0, left: 0 } : { top: -12, right: 12 };
      overlays.add(id, "fb-fault", { position, html: h("span", { class: "fb-badge", title: "问题 " + per[id].join("、") }, per[id].join(",")) });
    });
  }
  // path marks the way that offends: its nodes, the arrows between them, and where it is held up.
  path(f) {
    this.clear("fb-path", "fb-stuck");
    const ids = f.path || [];
    ids.forEach((id) => this.mark(id, "fb-path"));
    const on = new Set(ids);
    this.app.get("elementRegistry").filter((e) => e.type === "bpmn:SequenceFlow").forEach((e) => {
      const at = ids.indexOf(e.source.id);
      if (at >= 0 && on.has(e.target.id) && ids.includes(e.target.id, at + 1)) this.mark(e.id, "fb-path");
    });
    (f.stuck || []).forEach((id) => this.mark(id, "fb-stuck"));
  }
  choose(f) {
    this.path(f);
    const e = this.element(f.id);
    if (!e) {
      this.app.get("selection").select([]);
      return;
    }
    this.app.get("selection").select(e);
    this.app.get("canvas").scrollToElement(e, 120);
  }
  list() {
    if (!this.faults.length) return h("p", { class: "fb-good" }, "没有发现问题，可以送审。");
    return h("ol", { class: "fb-faults" }, this.faults.map((f) => h("li", null, h("button", {
      type: "button",
      onclick: (e) => {
        document.querySelectorAll(".fb-faults [aria-current]").forEach((b) => b.removeAttribute("aria-current"));
        e.currentTarget.setAttribute("aria-current", "true");
        this.choose(f);
      },
    }, h("strong", null, this.where(f)), h("span", null, f.text + (f.detail ? "（" + f.detail + "）" : "")), f.path && f.path.length ? h("em", null, "路径：" + this.way(f)) : null, f.line > 1 && !this.element(f.id) ? h("em", null, "文件第 " + f.line + " 行") : null))));
  }
  name(e) {
    const kind = { "bpmn:StartEvent": "开始", "bpmn:EndEvent": "结束", "bpmn:ExclusiveGateway": "分支", "bpmn:ParallelGateway": "并行", "bpmn:InclusiveGateway": "包容" };
    return e.businessObject.get("name") || kind[e.type] || "未命名";
  }
  // where names what is meant; an arrow without a name by its two ends.
  where(f) {
    const e = this.element(f.id);
    if (!e || !e.waypoints || e.businessObject.get("name")) return f.where || "整个流程";
    return this.name(e.source) + " → " + this.name(e.target);
  }
  way(f) {
    const names = [];
    f.path.forEach((id) => {
      const e = this.element(id);
      if (!e || e.waypoints) return;
      names.push(this.name(e));
    });
    return names.join(" → ");
  }
}
