// The flow designer (流程设计器): bpmn-js with tools, words and properties of
// government work. The page gives everything in data-designer; what is drawn is
// always read and proved again by the server.
import "./old.js";
import Modeler from "bpmn-js/lib/Modeler";
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { ld, ext } from "./ld.js";
import { words } from "./words.js";
import { tools, look } from "./palette.js";
import { Panel } from "./panel.js";
import { Marks } from "./marks.js";
import { Play } from "./play.js";
import { h, button } from "./dom.js";

const idle = 20000; // a pause of so many milliseconds after a change, then it is saved

class App {
  constructor(root) {
    this.root = root;
    this.data = JSON.parse(root.dataset.designer);
    root.removeAttribute("data-designer");
    this.editable = this.data.editable && window.matchMedia("(min-width: 900px)").matches;
    this.at = (name) => root.querySelector(`[data-fd="${name}"]`);
    const canvas = this.at("canvas");
    canvas.replaceChildren();
    const Kind = this.editable ? Modeler : NavigatedViewer;
    this.modeler = new Kind({ container: canvas, moddleExtensions: { ld }, additionalModules: this.editable ? [words, look, tools] : [words, look] });
    this.marks = new Marks(this);
    this.play = new Play(this);
    this.dirty = false;
    this.start();
  }
  get(name) {
    return this.modeler.get(name);
  }
  fields() {
    const found = new Set(this.play.asked());
    this.get("elementRegistry").forEach((e) => {
      const s = e.type === "bpmn:UserTask" && ext(e.businessObject, "ld:Step");
      if (s) s.get("fields").forEach((f) => found.add(f.get("name")));
    });
    (this.data.lists.fields || []).forEach((f) => found.add(f.value));
    return [...found].sort();
  }

  // labels are what the form calls its fields; a field that it does not have is called by its name.
  labelOf(name) {
    const f = (this.data.lists.fields || []).find((x) => x.value === name);
    return f ? f.label : name;
  }

  async start() {
    this.side = new Side(this, this.at("side"));
    this.bars();
    if (!this.data.xml) {
      this.status("这一版没有办理流程。");
      return;
    }
    await this.draw(this.data.xml);
    this.side.show("props");
    this.marks.show(this.data.faults);
    this.side.count();
    this.get("eventBus").on("commandStack.changed", () => this.changed());
    if (this.editable) this.guardExit();
    this.status(this.editable ? "改动会自动保存到草稿" : "");
    if (window.ResizeObserver) new ResizeObserver(() => this.get("canvas").resized()).observe(this.at("canvas"));
    if (this.data.editable && !this.editable) this.status("屏幕较窄，只能查看；请用电脑打开来设计。");
    this.root.classList.add("is-ready");
  }
  async draw(xml) {
    try {
      await this.modeler.importXML(xml);
      this.fit();
      return true;
    } catch (e) {
      this.status("这张图画不出来：文件可能已损坏。", "bad");
      return false;
    }
  }
  fit() {
    const canvas = this.get("canvas");
    canvas.zoom("fit-viewport", "auto");
    const box = canvas.viewbox();
    const left = this.editable ? 242 : 24;
    // The tool box lies over the left edge: what is drawn keeps clear of it.
    const scale = Math.min(1.1, (box.outer.width - left - 40) / Math.max(1, box.inner.width), (box.outer.height - 80) / Math.max(1, box.inner.height));
    if (!isFinite(scale) || !box.inner.width) return;
    canvas.viewbox({ x: box.inner.x - left / scale, y: box.inner.y + box.inner.height / 2 - box.outer.height / 2 / scale, width: box.outer.width / scale, height: box.outer.height / scale });
  }

  status(text, tone) {
    const p = this.at("status");
    p.textContent = text;
    p.className = "ld-fb-status" + (tone ? " is-" + tone : "");
  }
  async fetch(url, options) {
    try {
      const r = await fetch(url, Object.assign({ credentials: "same-origin", headers: { Accept: "application/json" } }, options));
      const json = /json/.test(r.headers.get("Content-Type") || "");
      if (json) return { ok: r.ok, status: r.status, body: await r.json() };
      return { ok: false, status: r.status, body: { text: r.redirected || r.status === 401 || r.status === 403 ? "登录已过期。请在新窗口登录，再回来保存，画好的内容还在。" : "系统没有答复，请稍后再试。" } };
    } catch (e) {
      return { ok: false, status: 0, body: { text: "网络不通，请检查后再试。画好的内容还在。" } };
    }
  }
  post(to, body) {
    return this.fetch(this.data.urls[to], { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": this.data.token }, body: JSON.stringify(body) });
  }

  // What was drawn differs from what was played and proved.
  changed() {
    this.dirty = true;
    this.turns = (this.turns || 0) + 1;
    this.play.stop();
    if (this.side.now === "play") this.side.show("play");
    this.tools();
    this.status("有未保存的修改");
    clearTimeout(this.timer);
    if (!this.foreign) this.timer = setTimeout(() => this.save(true), idle);
  }
  guardExit() {
    window.addEventListener("beforeunload", (e) => {
      if (!this.dirty) return;
      e.preventDefault();
      e.returnValue = "";
    });
    document.addEventListener("keydown", (e) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "s") {
        e.preventDefault();
        this.save();
      }
    });
  }
  async save(quiet) {
    clearTimeout(this.timer);
    if (this.saving || this.conflict) return;
    if (document.activeElement && this.root.contains(document.activeElement) && !quiet && document.activeElement.matches("input,textarea")) document.activeElement.blur();
    this.saving = true;
    const turns = this.turns;
    this.status("正在保存……");
    const { xml } = await this.modeler.saveXML({ format: true });
    const res = await this.post("save", { xml, version: this.data.version });
    this.saving = false;
    if (res.ok) {
      this.data.version = res.body.version;
      this.data.xml = xml;
      this.foreign = false;
      this.banner();
      this.dirty = turns !== this.turns;
      const at = new Date(res.body.saved).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
      const n = res.body.faults.length;
      this.status(`已保存 ${at}` + (n ? `，还有 ${n} 个问题，改正后才能送审` : "，检查通过"), n ? "" : "ok");
      this.told(res.body.faults, false);
      return;
    }
    if (res.status === 409 && res.body.conflict) {
      this.conflicted(res.body.version);
      return;
    }
    this.status("没有保存：" + (res.body.text || "图中有系统不支持的内容，见“检查”"), "bad");
    if (res.body.faults) this.told(res.body.faults, true);
  }
  conflicted(version) {
    this.conflict = true;
    this.status("没有保存：刚才有人保存了这份草稿", "bad");
    this.banner("刚才有人保存了这份草稿。您画的还在图上，尚未保存。", [
      button("用我的覆盖", () => {
        this.conflict = false;
        this.data.version = version;
        this.banner();
        this.save();
      }, { class: "btn btn-sm btn-primary" }),
      button("放弃我的，看已保存的", () => {
        this.dirty = false;
        window.location.reload();
      }),
    ]);
  }
  banner(text, buttons) {
    const old = this.root.querySelector(".fb-banner");
    if (old) old.remove();
    if (text) this.at("status").after(h("div", { class: "fb-banner", role: "alert" }, h("p", null, text), h("div", { class: "fb-row" }, buttons)));
  }
  told(faults, open) {
    this.marks.show(faults);
    this.side.count();
    if (open || this.side.now === "check") this.side.show("check");
  }
  async check() {
    this.side.show("check", "正在检查……");
    const { xml } = await this.modeler.saveXML();
    const res = await this.post("check", { xml });
    if (!res.ok) {
      this.side.show("check", res.body.text);
      return;
    }
    this.told(res.body.faults, true);
    const first = res.body.faults.find((f) => f.path && f.path.length);
    if (first) this.marks.path(first);
  }

  // open reads a file of any tool. What is refused is listed and marked, and may be mended here.
  async open(file) {
    if (!file) return;
    if (file.size > 1 << 20) {
      this.status("文件超过 1 MB，没有导入", "bad");
      return;
    }
    const xml = await file.text();
    const res = await this.post("check", { xml });
    if (!res.ok) {
      this.status("没有导入：" + res.body.text, "bad");
      return;
    }
    const before = (await this.modeler.saveXML({ format: true })).xml;
    if (!(await this.draw(xml))) {
      await this.draw(before);
      this.told(res.body.faults, true);
      this.status("没有导入：这个文件读不出来，原因见“检查”", "bad");
      return;
    }
    this.changed();
    this.foreign = !res.body.readable;
    if (this.foreign) clearTimeout(this.timer);
    this.told(res.body.faults, true);
    const back = button("放弃导入", async () => {
      await this.draw(before);
      this.foreign = false;
      this.changed();
      this.banner();
      this.told([], false);
      this.status("已放弃导入，恢复为原来的图");
    });
    if (res.body.readable) this.banner(`已导入“${file.name}”，尚未保存。`, [back]);
    else this.banner(`“${file.name}”里有系统不执行的内容，已在图中标红。改正或删除后才能保存。`, [back]);
  }
  bars() {
    const run = (name, options) => () => this.get("editorActions").trigger(name, options);
    const zoom = (by) => () => this.get("zoomScroll").stepZoom(by);
    const tool = (key, label, icon, fn, more) => h("button", Object.assign({ type: "button", class: "fb-tool", title: label, "aria-label": label, "data-tool": key, onclick: fn }, more), h("span", { class: "fb-glyph is-" + icon }));
    const file = h("input", { type: "file", accept: ".bpmn,.xml", class: "visually-hidden", tabindex: "-1", "aria-label": "导入 BPMN 文件", onchange: (e) => { this.open(e.target.files[0]); e.target.value = ""; } });
    const align = h("select", { class: "fb-align", "aria-label": "对齐", title: "对齐选中的元素", onchange: (e) => {
      const [what, how] = e.target.value.split(" ");
      e.target.selectedIndex = 0;
      const chosen = this.get("selection").get();
      if (what === "align" && chosen.length > 1) run("alignElements", { type: how })();
      if (what === "spread" && chosen.length > 2) run("distributeElements", { type: how })();
    } }, [["", "对齐…"], ["align left", "左对齐"], ["align center", "水平居中"], ["align right", "右对齐"], ["align top", "上对齐"], ["align middle", "垂直居中"], ["align bottom", "下对齐"], ["spread horizontal", "水平等距"], ["spread vertical", "垂直等距"]].map(([value, label]) => h("option", { value }, label)));
    const gap = () => h("span", { class: "fb-gap", "aria-hidden": "true" });
    const edit = this.editable
      ? [tool("undo", "撤销", "undo", run("undo")), tool("redo", "重做", "redo", run("redo")), gap(), tool("copy", "复制", "copy", run("copy")), tool("paste", "粘贴", "paste", () => this.paste()), tool("delete", "删除", "delete", run("removeSelection")), align, gap()]
      : [];
    this.at("tools").append(...edit, tool("out", "缩小", "out", zoom(-1)), tool("in", "放大", "in", zoom(1)), tool("fit", "看全图", "fit", () => this.fit()), gap(),
      ...(this.editable ? [h("button", { type: "button", class: "fb-tool is-word", onclick: () => file.click() }, "导入"), file] : []),
      h("button", { type: "button", class: "fb-tool is-word", "data-tool": "bpmn", onclick: () => this.download("bpmn") }, "导出 BPMN"), h("button", { type: "button", class: "fb-tool is-word", "data-tool": "svg", onclick: () => this.download("svg") }, "导出 SVG"));
    const acts = this.at("acts");
    if (this.data.editable) acts.append(button("检查", () => this.check(), { id: "fb-check-button" }));
    acts.append(button("试运行", () => this.side.show("play"), { id: "fb-play-button" }));
    if (!this.editable) return;
    acts.append(button("保存", () => this.save(), { class: "btn btn-sm btn-primary", id: "fb-save-button" }));
    const canvas = this.at("canvas");
    canvas.addEventListener("dragover", (e) => { if ([...e.dataTransfer.types].includes("Files")) { e.preventDefault(); canvas.classList.add("is-over"); } });
    canvas.addEventListener("dragleave", () => canvas.classList.remove("is-over"));
    canvas.addEventListener("drop", (e) => {
      canvas.classList.remove("is-over");
      if (!e.dataTransfer.files.length) return;
      e.preventDefault();
      this.open(e.dataTransfer.files[0]);
    });
    this.tools();
  }
  paste() {
    const v = this.get("canvas").viewbox();
    this.get("copyPaste").paste({ element: this.get("canvas").getRootElement(), point: { x: v.x + v.width / 2, y: v.y + v.height / 2 } });
  }
  tools() {
    const can = this.get("commandStack");
    const set = (key, on) => { const b = this.root.querySelector(`[data-tool="${key}"]`); if (b) b.disabled = !on; };
    set("undo", can.canUndo());
    set("redo", can.canRedo());
  }
  async download(kind) {
    const out = kind === "svg" ? (await this.modeler.saveSVG()).svg : (await this.modeler.saveXML({ format: true })).xml;
    const url = URL.createObjectURL(new Blob([out], { type: kind === "svg" ? "image/svg+xml" : "application/xml" }));
    const a = h("a", { href: url, download: this.data.name.replace(/[\\/:*?"<>|]/g, "") + "." + kind });
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
}

// Side is the column at the right: properties, check and play.
class Side {
  constructor(app, box) {
    this.app = app;
    this.now = "props";
    this.tabs = {};
    this.body = h("div", { class: "fb-body", id: "fb-panel", role: "tabpanel", tabindex: "-1" });
    const tab = (key, label) => (this.tabs[key] = h("button", { type: "button", role: "tab", id: "fb-tab-" + key, "aria-controls": "fb-panel", onclick: () => this.show(key) }, label));
    const bar = h("div", { class: "fb-tabs", role: "tablist", "aria-label": "右侧面板" }, tab("props", "属性"), tab("check", "检查"), tab("play", "试运行"));
    bar.addEventListener("keydown", (e) => {
      if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") return;
      const keys = Object.keys(this.tabs);
      const next = keys[(keys.indexOf(this.now) + (e.key === "ArrowRight" ? 1 : keys.length - 1)) % keys.length];
      this.show(next);
      this.tabs[next].focus();
    });
    this.props = h("div");
    this.panel = new Panel(app, this.props);
    box.append(bar, this.body);
    app.get("eventBus").on("element.click", (e) => { if (e.element.parent && !(this.now === "play" && app.play.scene)) this.show("props"); });
  }
  count() {
    const n = this.app.marks.faults.length;
    this.tabs.check.replaceChildren("检查", n ? h("span", { class: "fb-count" }, String(n)) : "");
  }
  show(key, note) {
    this.now = key;
    Object.entries(this.tabs).forEach(([k, t]) => {
      t.setAttribute("aria-selected", k === key ? "true" : "false");
      t.tabIndex = k === key ? 0 : -1;
    });
    this.body.setAttribute("aria-labelledby", "fb-tab-" + key);
    const focus = this.body.contains(document.activeElement) ? document.activeElement.id : "";
    if (key === "props") {
      this.panel.render();
      this.body.replaceChildren(this.props);
    } else if (key === "check") this.body.replaceChildren(...this.checked(note));
    else this.body.replaceChildren(...this.app.play.view().flat(9).filter(Boolean));
    const again = focus && document.getElementById(focus);
    if (again) again.focus();
  }
  checked(note) {
    const head = h("div", { class: "fb-what" }, h("h2", null, "检查"), h("p", null, "能不能走通、会不会卡住、时限是否合规。点一条，图中标出位置和路径。"));
    return [head, note ? h("p", { class: "fb-hint", role: "status" }, note) : this.app.marks.list()];
  }
}

const root = document.getElementById("designer");
if (root) root.fd = new App(root); // the journeys of the tests look in here
