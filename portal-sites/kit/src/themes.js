// The designer of themes: drag and drop over what the buttons and fields do as well.
import Sortable from "sortablejs";

const root = () => document.getElementById("theme-designer");
const form = () => root().querySelector("[data-theme-form]");
const say = (text) => { const el = root().querySelector("[data-theme-status]"); if (el) el.textContent = text; };
let busy = Promise.resolve();

// show draws an answer and puts the reader back to where she was.
const show = (html, focus) => {
  const next = new DOMParser().parseFromString(html, "text/html").getElementById("theme-designer");
  if (!next) return false;
  const open = [...root().querySelectorAll("details[open]")].map((d) => d.id);
  for (const id of open) { const d = next.querySelector(`#${CSS.escape(id)}`); if (d) d.open = true; }
  root().replaceWith(next);
  if (focus) { const el = document.getElementById(focus) || root().querySelector(`[value="${CSS.escape(focus)}"]`); if (el) el.focus({ preventScroll: true }); }
  draw();
  return true;
};

// send saves the designer as it stands, with the step that was asked for.
const send = (step, focus) => (busy = busy.then(async () => {
  const f = form(), body = new URLSearchParams(new FormData(f));
  body.set("do", step);
  say("正在保存……");
  try {
    const r = await fetch(f.action, { method: "POST", body, credentials: "same-origin", headers: { "HX-Request": "true", "X-CSRF-Token": body.get("csrf_token") } });
    if ([200, 422].includes(r.status) && show(await r.text(), focus)) { say(r.status === 200 ? "已保存" : "没有保存，请看提示"); return; }
    say("没有保存，请刷新页面");
  } catch {
    say("网络连接中断，修改没有保存");
  }
}));

const drop = (e) => {
  const stage = e.to.dataset.stage;
  if (stage === undefined) return;
  const add = e.item.dataset.add;
  if (add) { e.item.remove(); send(`add:${add}:${stage}`); return; }
  if (e.from === e.to && e.oldDraggableIndex === e.newDraggableIndex) return;
  const field = e.item.querySelector("select[name^='stage.']");
  if (field) field.value = stage;
  send("save");
};

const draw = () => {
  if (!root()) return;
  const manner = { animation: 120, forceFallback: true, fallbackTolerance: 4, filter: "button, a, input, select, label, summary", preventOnFilter: false };
  root().querySelectorAll("[data-theme-found]").forEach((l) => Sortable.create(l, { ...manner, group: { name: "theme", pull: "clone", put: false }, sort: false, onEnd: (e) => { if (e.to !== e.from) drop(e); } }));
  if (root().querySelector("[data-theme-found]")) {
    root().querySelectorAll("[data-stage]").forEach((l) => Sortable.create(l, { ...manner, group: "theme", draggable: "[data-key], [data-add]", handle: "[data-grip], [data-add]", fallbackOnBody: true, onEnd: drop }));
  }
};

document.addEventListener("click", (e) => {
  const b = e.target.closest("button[name=do]");
  if (!b || !root() || !root().contains(b) || b.form !== form()) return;
  e.preventDefault();
  send(b.value, b.value);
});
document.addEventListener("change", (e) => {
  if (!root() || e.target.form !== form()) return;
  if (e.target.dataset.one && e.target.checked) {
    root().querySelectorAll(`[data-one="${CSS.escape(e.target.dataset.one)}"]`).forEach((x) => { if (x !== e.target) x.checked = false; });
  }
  send("save", e.target.id);
});
let asked;
document.addEventListener("input", (e) => {
  if (e.target.id !== "theme-q") return;
  clearTimeout(asked);
  asked = setTimeout(async () => {
    const to = `${e.target.form.action}?q=${encodeURIComponent(e.target.value)}`;
    const r = await fetch(to, { credentials: "same-origin", headers: { "HX-Request": "true" } });
    if (!r.ok) return;
    const list = new DOMParser().parseFromString(await r.text(), "text/html").querySelector("[data-theme-found]");
    if (list) { root().querySelector("[data-theme-found]").replaceWith(list); draw(); }
  }, 250);
});
draw();
