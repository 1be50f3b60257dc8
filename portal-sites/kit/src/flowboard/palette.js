// The tool box, the buttons around a selected element and the look of steps.
import BaseRenderer from "diagram-js/lib/draw/BaseRenderer";
import { append, create, classes } from "tiny-svg";
import { catalogue, shape, markOf } from "./elements.js";

const face = (key) => {
  const c = catalogue[key];
  return c.mark ? `<span class="fb-sign is-${c.make.step.kind}" data-sign="${c.mark}"></span>` : `<span class="fb-icon ${c.icon}" aria-hidden="true"></span>`;
};

class Palette {
  constructor(palette, create, elementFactory, moddle, lassoTool, handTool, spaceTool, globalConnect, modeling, canvas, selection, autoPlace, eventBus) {
    Object.assign(this, { create, elementFactory, moddle, lassoTool, handTool, spaceTool, globalConnect, modeling, canvas, selection, autoPlace });
    palette.registerProvider(this);
    eventBus.once("diagram.init", () => this.keys());
  }
  parts(key) {
    const one = shape(key, this.elementFactory, this.moddle);
    if (key !== "sub") return [one];
    const inside = this.elementFactory.createShape({ type: "bpmn:StartEvent", x: 40, y: 82, parent: one });
    inside.businessObject.set("name", "开始");
    Object.assign(one, { x: 0, y: 0 });
    return [one, inside];
  }
  getPaletteEntries() {
    const out = {};
    const tool = (key, icon, title, run) => (out[key] = { group: "tools", title, html: `<div class="entry" tabindex="0" title="${title}"><span class="fb-icon ${icon}"></span></div>`, action: { click: run } });
    tool("hand", "bpmn-icon-hand-tool", "移动画布", (e) => this.handTool.activateHand(e));
    tool("lasso", "bpmn-icon-lasso-tool", "框选", (e) => this.lassoTool.activateSelection(e));
    tool("space", "bpmn-icon-space-tool", "腾出或收回空间", (e) => this.spaceTool.activateSelection(e));
    tool("connect", "bpmn-icon-connection-multi", "连线", (e) => this.globalConnect.start(e));
    Object.keys(catalogue).forEach((key) => {
      const c = catalogue[key];
      const start = (e) => {
        const all = this.parts(key);
        this.create.start(e, all.length > 1 ? all : all[0], { hints: { autoSelect: [all[0]] } });
      };
      out["add-" + key] = {
        group: c.group, title: "添加" + c.label, action: { dragstart: start, click: start },
        html: `<div class="entry" draggable="true" tabindex="0" data-add="${key}">${face(key)}<span class="fb-cap">${c.label}</span></div>`,
      };
    });
    return out;
  }
  // keys lets the keyboard place elements: behind the selected one, or in the middle.
  keys() {
    this.canvas.getContainer().addEventListener("keydown", (e) => {
      const entry = e.target.closest && e.target.closest(".djs-palette .entry");
      if (!entry || (e.key !== "Enter" && e.key !== " ")) return;
      e.preventDefault();
      if (!entry.dataset.add) {
        entry.click();
        return;
      }
      this.place(entry.dataset.add);
    });
  }
  place(key) {
    const [one] = [shape(key, this.elementFactory, this.moddle)];
    const from = this.selection.get()[0];
    const follows = from && from.businessObject.$instanceOf("bpmn:FlowNode") && !from.businessObject.$instanceOf("bpmn:EndEvent") && key !== "start";
    let added;
    if (follows) added = this.autoPlace.append(from, one);
    else {
      const v = this.canvas.viewbox();
      added = this.modeling.createShape(one, { x: Math.round(v.x + v.width / 2), y: Math.round(v.y + v.height / 2) }, this.canvas.getRootElement());
    }
    this.selection.select(added);
  }
}
Palette.$inject = ["palette", "create", "elementFactory", "moddle", "lassoTool", "handTool", "spaceTool", "globalConnect", "modeling", "canvas", "selection", "autoPlace", "eventBus"];

const flowNode = (bo) => bo.$instanceOf("bpmn:FlowNode");

class Pad {
  constructor(contextPad, modeling, elementFactory, moddle, connect, create, autoPlace, rules, selection) {
    Object.assign(this, { modeling, elementFactory, moddle, connect, create, autoPlace, rules, selection });
    contextPad.registerProvider(this);
  }
  remove(list) {
    return { "fb-delete": { group: "edit", title: "删除", html: '<div class="entry"><span class="bpmn-icon-trash"></span></div>', action: { click: () => this.modeling.removeElements(list.slice()) } } };
  }
  getMultiElementContextPadEntries(list) {
    return this.remove(list);
  }
  getContextPadEntries(element) {
    const bo = element.businessObject;
    const out = {};
    if (element.type === "label") return this.remove([element]);
    const add = (key) => {
      const start = (e, el) => this.create.start(e, shape(key, this.elementFactory, this.moddle), { source: el });
      out["append-" + key] = {
        group: "model", title: "接着" + catalogue[key].label, html: `<div class="entry" draggable="true">${face(key)}</div>`,
        action: { dragstart: start, click: (e, el) => this.selection.select(this.autoPlace.append(el, shape(key, this.elementFactory, this.moddle))) },
      };
    };
    if (flowNode(bo) && !bo.$instanceOf("bpmn:EndEvent")) {
      (bo.$instanceOf("bpmn:StartEvent") ? ["accept"] : ["review", "decide", "deliver", "exclusive", "parallel", "end"]).forEach(add);
      const join = (e, el) => this.connect.start(e, el);
      out["fb-connect"] = { group: "connect", title: "连到其他元素", html: '<div class="entry" draggable="true"><span class="bpmn-icon-connection-multi"></span></div>', action: { click: join, dragstart: join } };
    }
    if (bo.$instanceOf("bpmn:Activity")) {
      out["fb-timeout"] = { group: "connect", title: "加超时定时", html: '<div class="entry"><span class="bpmn-icon-intermediate-event-catch-timer"></span></div>', action: { click: (e, el) => guard(this, el, "timer") } };
    }
    if (this.rules.allowed("elements.delete", { elements: [element] })) Object.assign(out, this.remove([element]));
    return out;
  }
}
Pad.$inject = ["contextPad", "modeling", "elementFactory", "moddle", "connect", "create", "autoPlace", "rules", "selection"];

// guard puts a boundary event on an activity.
export function guard({ modeling, elementFactory, moddle, selection }, host, kind) {
  const one = elementFactory.createShape({ type: "bpmn:BoundaryEvent", eventDefinitionType: kind === "timer" ? "bpmn:TimerEventDefinition" : "bpmn:MessageEventDefinition" });
  const bo = one.businessObject;
  const value = kind === "timer" ? moddle.create("ld:Timer", { days: "3" }) : moddle.create("ld:Wait", { for: "applicant" });
  const all = moddle.create("bpmn:ExtensionElements", { values: [value] });
  value.$parent = all;
  all.$parent = bo;
  bo.set("extensionElements", all);
  bo.set("name", kind === "timer" ? "超过 3 个工作日" : "收到申请人答复");
  const taken = host.attachers.length;
  const added = modeling.createShape(one, { x: host.x + host.width - 18 - 40 * (taken % 2), y: host.y + host.height }, host, { attach: true });
  selection.select(added);
}

const levels = { own: "申请地", origin: "申请地", parent: "上一级", township: "苏木乡镇", county: "旗县", league: "盟市", tenant: "指定单位" };

// Steps wear the sign of their kind, and say where and how long below their name.
class Look extends BaseRenderer {
  constructor(eventBus, bpmnRenderer) {
    super(eventBus, 1500);
    this.bpmn = bpmnRenderer;
  }
  canRender(element) {
    return element.type === "bpmn:UserTask" && !element.labelTarget;
  }
  drawShape(parent, element) {
    const drawn = this.bpmn.drawShape(parent, element);
    const m = markOf(element.businessObject);
    if (!m) return drawn;
    const g = create("g");
    classes(g).add("fb-look");
    classes(g).add("is-" + m.kind);
    const put = (tag, attrs, words) => {
      const el = create(tag);
      Object.entries(attrs).forEach(([k, v]) => el.setAttribute(k, v));
      if (words) el.textContent = words;
      append(g, el);
    };
    const colour = { accept: "#1a5fb4", review: "#8a5600", decide: "#b3261e", deliver: "#17703a" }[m.kind] || "#5b6778";
    put("rect", { x: 2, y: 2, width: 24, height: 24, rx: 6, fill: "#ffffff" });
    put("rect", { x: 5, y: 5, width: 18, height: 18, rx: 4, fill: colour });
    put("text", { x: 14, y: 18.5, "text-anchor": "middle", "font-size": 12, fill: "#ffffff" }, m.sign);
    if (!element.businessObject.get("loopCharacteristics")) {
      const place = levels[m.step.get("level")] || "";
      const limit = m.step.get("limit");
      put("text", { x: element.width / 2, y: element.height - 8, "text-anchor": "middle", "font-size": 10.5, fill: "#4a5768" }, [place, limit && limit !== "0" ? limit + " 日" : ""].filter(Boolean).join(" · "));
    }
    append(parent, g);
    return drawn;
  }
  getShapePath(element) {
    return this.bpmn.getShapePath(element);
  }
}
Look.$inject = ["eventBus", "bpmnRenderer"];

const nothing = ["value", {}];

export const look = { __init__: ["fdLook"], fdLook: ["type", Look] };

// Menus of the library that offer what we do not execute, or come with styles that
// the policy of the site forbids, are left out.
export const tools = {
  __init__: ["paletteProvider", "contextPadProvider"],
  paletteProvider: ["type", Palette],
  contextPadProvider: ["type", Pad],
  replaceMenuProvider: nothing,
  alignElementsContextPadProvider: nothing,
  alignElementsMenuProvider: nothing,
  distributeElementsMenuProvider: nothing,
};
