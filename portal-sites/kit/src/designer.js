// The form designer: drag and drop over what the buttons do as well.
import Sortable from "sortablejs";

const root = () => document.getElementById("ff-designer");
let dirty = false, busy = Promise.resolve();

const say = (text) => { const el = document.querySelector("[data-fd-status]"); if (el) el.textContent = text; };

// send posts one step and draws the answer: the whole designer, or all but the pane
// that is being typed in.
const send = (pairs, keep = false) => (busy = busy.then(async () => {
  const el = root(), version = el.querySelector("[name=version]").value, token = el.querySelector("[name=csrf_token]").value;
  const body = new URLSearchParams(pairs);
  body.set("version", version);
  body.set("csrf_token", token);
  say("正在保存……");
  let r;
  try {
    r = await fetch(el.dataset.action + (new URLSearchParams(location.search).get("w") === "phone" ? "?w=phone" : ""), { method: "POST", body, credentials: "same-origin", headers: { "HX-Request": "true", "X-CSRF-Token": token } });
  } catch {
    say("网络连接中断，修改没有保存");
    return;
  }
  if (![200, 409, 422].includes(r.status)) { say("没有保存，请刷新页面"); return; }
  const next = new DOMParser().parseFromString(await r.text(), "text/html").getElementById("ff-designer");
  if (!next) return;
  dirty = false;
  if (!keep) {
    el.replaceWith(next);
  } else {
    for (const id of ["ff-bar", "ff-canvas", "ff-preview"]) document.getElementById(id).replaceWith(next.querySelector(`#${id}`));
    const v = next.querySelector("[name=version]").value;
    el.querySelectorAll("[name=version]").forEach((x) => { x.value = v; });
    const field = next.querySelector("#ff-props [name=field]"), mine = el.querySelector("#ff-props [name=field]");
    if (field && mine) mine.value = field.value;
  }
  draw();
}));

const drop = (e) => {
  const into = e.to.dataset.list, at = e.newDraggableIndex;
  if (into === undefined) return;
  const add = e.item.dataset.add;
  if (add) { e.item.remove(); send([["do", add], ["into", into], ["at", at]]); return; }
  if (e.from === e.to && e.oldDraggableIndex === at) return;
  send([["do", "move"], ["field", e.item.dataset.id], ["into", into], ["at", at]]);
};

const draw = () => {
  const el = root();
  if (!el) return;
  el.querySelectorAll("[data-palette]").forEach((p) => Sortable.create(p, { group: { name: "ff", pull: "clone", put: false }, sort: false, animation: 120, forceFallback: true, fallbackTolerance: 4, onAdd: drop, onEnd: (e) => { if (e.to !== e.from) drop(e); } }));
  el.querySelectorAll("[data-list]").forEach((l) => Sortable.create(l, { group: "ff", draggable: ".ld-fd-item, [data-add]", handle: ".ld-fd-line, [data-add]", filter: "button, a", preventOnFilter: false, animation: 120, forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4, swapThreshold: 0.65, onEnd: drop }));
  document.dispatchEvent(new Event("ff:drawn"));
};

document.addEventListener("click", (e) => {
  const el = root();
  if (!el || !el.contains(e.target)) return;
  const b = e.target.closest("button[name=do]");
  if (b && !b.closest("#ff-preview")) {
    e.preventDefault();
    if (b.form.id === "ff-props") { save(b.form, false); return; }
    const field = b.form.querySelector("[name=field]");
    send([["do", b.value], ...(field && !/^(up|down|copy|remove)\./.test(b.value) ? [["field", field.value]] : [])]);
  }
});

let timer;
const save = (form, keep) => {
  clearTimeout(timer);
  const pairs = [...new FormData(form)].filter(([k]) => k !== "version" && k !== "csrf_token");
  pairs.push(["do", form.querySelector("[name=field]") ? "save" : "form"]);
  return send(pairs, keep);
};
document.addEventListener("input", (e) => {
  const form = e.target.closest("#ff-props");
  if (!form) return;
  dirty = true;
  say("有未保存的修改");
});
document.addEventListener("change", (e) => {
  const form = e.target.closest("#ff-props");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(() => save(form, true), 300);
});
document.addEventListener("submit", (e) => { if (e.target.closest("#ff-preview")) e.preventDefault(); });
let asked;
document.addEventListener("input", (e) => {
  if (e.target.id !== "fd-eq") return;
  clearTimeout(asked);
  asked = setTimeout(async () => {
    const r = await fetch(`${root().dataset.elements}?eq=${encodeURIComponent(e.target.value)}`, { credentials: "same-origin", headers: { "HX-Request": "true" } });
    if (!r.ok) return;
    const list = new DOMParser().parseFromString(await r.text(), "text/html").getElementById("fd-elements");
    if (list) { document.getElementById("fd-elements").replaceWith(list); draw(); }
  }, 250);
});
document.addEventListener("keydown", (e) => {
  if (!root() || !(e.ctrlKey || e.metaKey) || e.target.matches("input,textarea,select")) return;
  const k = e.key.toLowerCase();
  if (k === "z" || k === "y") { e.preventDefault(); send([["do", k === "y" || e.shiftKey ? "redo" : "undo"]]); }
});
window.addEventListener("beforeunload", (e) => { if (dirty) { e.preventDefault(); e.returnValue = ""; } });
draw();
