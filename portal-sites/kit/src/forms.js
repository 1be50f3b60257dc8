// Electronic forms: the rules of the server, live; autosave per field with a queue
// for lost networks; rows, divisions and uploads without leaving the page.
import { evaluate, ready, sentence } from "./forms/evaluate.js";
import { compile } from "./forms/functions.js";

const prefix = "f.";
const plans = new WeakMap();
const touched = new WeakMap();

const planOf = (body) => {
  if (!plans.has(body)) plans.set(body, ready(JSON.parse(body.dataset.form)));
  return plans.get(body);
};

// read collects what was typed, as Decode does on the server.
const one = (data, f, name) => {
  switch (f.kind) {
    case "table": {
      const n = Number(data.get(`${name}.sent`) || 0), rows = [];
      for (let i = 0; i < n; i++) rows.push(Object.fromEntries(f.cells.map((c) => [c.id, one(data, c, `${name}.${i}.${c.id}`)])));
      return rows;
    }
    case "address": {
      const codes = data.getAll(name).filter(Boolean);
      return { division: codes[codes.length - 1] || "", detail: data.get(`${name}.detail`) || "" };
    }
    case "signature": return { name: data.get(`${name}.name`) || "", image: data.get(`${name}.image`) || "" };
    case "file": return data.getAll(name).map((s) => ({ id: s.split("|")[0], name: s.split("|").slice(1).join("|") }));
    case "checkbox": return f.multiple ? data.getAll(name) : data.get(name) === "1";
  }
  const all = data.getAll(name);
  return all.length ? all[all.length - 1] : undefined;
};
const read = (p, form) => {
  const data = new FormData(form);
  return Object.fromEntries(p.order.map((f) => [f.id, one(data, f, prefix + f.id)]));
};

const show = (v) => (v === undefined ? "" : typeof v === "boolean" ? (v ? "1" : "") : String(v));
const set = (el, name, value) => { if (el.getAttribute(name) !== value) el.setAttribute(name, value); };

// mark puts a message beside a field, or takes it away.
const mark = (wrap, message) => {
  const field = wrap.querySelector(":scope > .ld-field");
  if (!field) return;
  let note = field.querySelector(":scope > .ld-field-error");
  field.classList.toggle("is-invalid", !!message);
  const control = field.matches("fieldset") ? field : field.querySelector("input:not([type=hidden]),select,textarea");
  if (!message) {
    if (note) note.remove();
    if (control) { control.removeAttribute("aria-invalid"); const d = (control.getAttribute("aria-describedby") || "").split(" ").filter((x) => x && !x.endsWith("-error")).join(" "); if (d) set(control, "aria-describedby", d); else control.removeAttribute("aria-describedby"); }
    return;
  }
  if (!note) {
    note = document.createElement("p");
    note.className = "ld-field-error";
    note.append(document.createElement("span"));
    const help = field.querySelector(":scope > .ld-help");
    field.insertBefore(note, help);
  }
  const span = note.querySelector("span");
  if (span.textContent !== message) span.textContent = message;
  if (control) {
    const base = control.id || `ff-${wrap.dataset.ff.replace(/\./g, "-")}`;
    note.id = `${base}-error`;
    if (!control.matches("fieldset")) set(control, "aria-invalid", "true");
    set(control, "aria-describedby", [note.id, ...(control.getAttribute("aria-describedby") || "").split(" ").filter((x) => x && !x.endsWith("-error"))].join(" "));
  }
};
const star = (wrap, must) => {
  const label = wrap.querySelector(":scope > .ld-field > label, :scope > .ld-field > legend, :scope > .ld-field .form-check-label");
  if (!label || !!label.querySelector(".ld-req") === must) return;
  if (must) label.insertAdjacentHTML("beforeend", '<span class="ld-req" aria-hidden="true">*</span><span class="visually-hidden">（必填）</span>');
  else label.querySelectorAll(".ld-req,.visually-hidden").forEach((x) => x.remove());
};

// react brings the page into the state that the rules ask for.
const wraps = new WeakMap();
export const react = (body) => {
  const form = body.closest("form");
  if (!form) return null;
  const p = planOf(body), kind = form.elements.kind; // of applicant, where the page asks for it
  if (kind && kind.value) p.applicant = kind.value === "legal" ? "enterprise" : "person";
  const res = evaluate(p, read(p, form));
  if (!wraps.has(body)) wraps.set(body, [...body.querySelectorAll("[data-ff]")]);
  const errors = new Map();
  for (const e of res.errors) if (!errors.has(e.path)) errors.set(e.path, sentence(p.text, e));
  const seen = touched.get(form) || new Set();
  for (const w of wraps.get(body)) {
    const at = w.dataset.ff, shown = res.shown[at];
    if (shown !== undefined && w.hidden === shown) w.hidden = !shown;
    if (!shown) continue;
    star(w, !!res.required[at]);
    const id = at.split(".").pop(), f = p.byID.get(at) || (p.byID.get(at.split(".")[0]) || { cells: [] }).cells.find((c) => c.id === id);
    if (f && f.computeRun) {
      const [t, i] = at.split(".");
      const value = at === id ? res.values[id] : ((res.values[t] || [])[i] || {})[id];
      const input = w.querySelector("input,textarea");
      if (input && input.type !== "checkbox" && input.value !== show(value)) input.value = show(value);
    }
    if (p.live || seen.has(at)) mark(w, errors.get(at) || "");
  }
  return res;
};

// ---- autosave ----

const store = {
  get: (k) => { try { return JSON.parse(localStorage.getItem(k) || "null"); } catch { return null; } },
  set: (k, v) => { try { if (v === null) localStorage.removeItem(k); else localStorage.setItem(k, JSON.stringify(v)); } catch { /* full or forbidden: the page itself still holds it */ } },
};
const device = () => {
  let id = store.get("ff-device");
  if (!id) store.set("ff-device", (id = [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("")));
  return id;
};
// windowed forms tell two windows of one browser apart: each counts as a device of its own.
const windowID = [...crypto.getRandomValues(new Uint8Array(4))].map((b) => b.toString(16).padStart(2, "0")).join("");
const deviceOf = (form) => (form.dataset.window ? `${device()}.${windowID}` : device());
const label = () => {
  const ua = navigator.userAgent;
  const os = /Android/.test(ua) ? "安卓手机" : /iPhone|iPad/.test(ua) ? "苹果手机" : /Windows/.test(ua) ? "Windows 电脑" : /Mac/.test(ua) ? "Mac 电脑" : "Linux 电脑";
  return os;
};

// what the page around the form keeps with its draft has names that begin with "p."
const page = "p.";
const kept = (form) => (form.elements["ff.page"] ? form.elements["ff.page"].value.split(" ") : []);
const entriesOf = (form, id) => id.startsWith(page) ? [...new FormData(form)].filter(([k, v]) => typeof v === "string" && page + k === id).map(([, v]) => [id, v]) : [...new FormData(form)].filter(([k, v]) => typeof v === "string" && (k === prefix + id || k.startsWith(`${prefix}${id}.`)));
const timers = new WeakMap();
const flying = new WeakSet();

const status = (form, text) => {
  const el = form.querySelector("[data-ff-status]");
  if (el && el.textContent !== text) el.textContent = text;
};
const key = (form) => `ff-draft-${form.dataset.draft}${form.dataset.window ? `.${windowID}` : ""}`;

// adopt takes over what another window of this browser, gone since, could not save.
const adopt = (form) => {
  if (!form.dataset.window) return;
  const own = key(form), stem = `ff-draft-${form.dataset.draft}.`, q = store.get(own) || {};
  let found = [];
  try { found = Object.keys(localStorage).filter((k) => k.startsWith(stem) && k !== own); } catch { /* forbidden */ }
  for (const k of found) { Object.assign(q, store.get(k)); store.set(k, null); }
  if (found.length) store.set(own, q);
};

const queue = (form, id) => {
  if (!form.dataset.save) return;
  const q = store.get(key(form)) || {};
  q[id] = entriesOf(form, id);
  store.set(key(form), q);
  status(form, "正在保存……");
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => flush(form), 500));
};

// stamp tells a form that is sent as a whole upon what it was written, and on which device.
const stamp = (form) => {
  const put = (name, v) => { if (form.elements[name]) form.elements[name].value = v; };
  put("ff.seen", form.dataset.seen || ""); put("ff.device", deviceOf(form)); put("ff.label", label());
};

const flush = async (form, over = []) => {
  if (flying.has(form)) return;
  const q = store.get(key(form));
  if (!q || !Object.keys(q).length) return;
  flying.add(form);
  const body = new URLSearchParams([["seen", form.dataset.seen], ["device", deviceOf(form)], ["label", label()], ...over.map((o) => ["over", o])]);
  for (const list of Object.values(q)) for (const [k, v] of list) body.append(k, v);
  const token = form.querySelector("[name=csrf_token]");
  try {
    const r = await fetch(form.dataset.save, { method: "POST", body, credentials: "same-origin", redirect: "manual", headers: { "X-CSRF-Token": token ? token.value : "" } });
    if (r.type === "opaqueredirect" || r.status === 401 || r.status === 403) return status(form, "登录已超时，内容已存在本机；重新登录并打开这张表单后自动保存");
    if (r.status === 404 || r.status === 409) {
      store.set(key(form), null);
      return status(form, "这份填写已在别处提交或放弃，请刷新页面查看最新内容");
    }
    if (!r.ok) throw new Error(String(r.status));
    const a = await r.json();
    form.dataset.seen = a.version;
    stamp(form);
    const left = store.get(key(form)) || {};
    for (const id of Object.keys(q)) if (JSON.stringify(left[id]) === JSON.stringify(q[id]) && !a.clashes.some((c) => c.field === id)) delete left[id];
    store.set(key(form), Object.keys(left).length ? left : null);
    clashes(form, a);
    status(form, a.clashes.length ? "有内容在另一个窗口或设备上改过，请选择" : `已保存 ${a.at}`);
    if (Object.keys(left).some((id) => !a.clashes.some((c) => c.field === id))) timers.set(form, setTimeout(() => flush(form), 500));
  } catch {
    status(form, "未联网，内容已存在本机，将自动重试");
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => flush(form), 5000));
  } finally {
    flying.delete(form);
  }
};

const clashes = (form, a) => {
  const box = form.querySelector("[data-ff-clash]");
  if (!box) return;
  box.replaceChildren();
  const alert = (...children) => { const d = document.createElement("div"); d.className = "alert alert-warning"; d.setAttribute("role", "alert"); d.append(...children); box.append(d); };
  const button = (text, fn) => { const b = document.createElement("button"); b.type = "button"; b.className = "btn btn-sm"; b.textContent = text; b.addEventListener("click", fn); return b; };
  for (const c of a.clashes) {
    const p = document.createElement("p");
    p.textContent = `“${c.label}”在另一个窗口或设备（${c.device || "未知设备"}，${c.at}）上填成了“${c.theirs || "空"}”。`;
    alert(p, button("用我填的", () => { box.replaceChildren(); flush(form, [c.field]); }), button("用那边的", () => { const q = store.get(key(form)) || {}; delete q[c.field]; store.set(key(form), Object.keys(q).length ? q : null); location.reload(); }));
  }
  if (a.others.length) {
    const p = document.createElement("p");
    p.textContent = `这份内容正在另一个窗口或设备上填写，那边改了：${a.others.join("、")}。`;
    alert(p, button("显示最新内容", () => location.reload()));
  }
};

// restore puts back what a crash or a lost network kept from being saved.
const restore = (form) => {
  adopt(form);
  const q = store.get(key(form));
  if (!q) return;
  for (const [id, list] of Object.entries(q)) {
    const by = new Map();
    for (const [k, v] of list) by.set(k, [...(by.get(k) || []), v]);
    for (const el of form.elements) {
      if (id.startsWith(page) && el.name === id.slice(page.length)) {
        const v = list.length ? list[list.length - 1][1] : "";
        if (el.type === "checkbox" || el.type === "radio") el.checked = el.value === v;
        else if (el.type !== "hidden") el.value = v;
        continue;
      }
      if (!el.name || !(el.name === prefix + id || el.name.startsWith(`${prefix}${id}.`)) || el.type === "file") continue;
      const vs = by.get(el.name) || [];
      if (el.type === "checkbox" || el.type === "radio") el.checked = vs.includes(el.value);
      else if (vs.length) el.value = vs.shift();
    }
  }
  flush(form);
};

// ---- rows, divisions, uploads, signatures ----

const again = async (form, name, value) => {
  const data = new FormData(form);
  data.append(name, value);
  for (const [k, v] of [...data]) if (v instanceof File && !v.size) data.delete(k);
  const r = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin", headers: { "HX-Request": "true", "X-CSRF-Token": data.get("csrf_token") || "" } });
  if (!r.ok) return form.requestSubmit();
  const doc = new DOMParser().parseFromString(await r.text(), "text/html");
  const next = doc.getElementById(form.id);
  if (!next) return location.reload();
  const kept = touched.get(form), focus = document.activeElement && document.activeElement.name;
  store.set(key(form), null);
  form.replaceWith(next);
  if (kept) touched.set(next, kept);
  start(next);
  const rows = value.startsWith("add.") ? next.querySelectorAll(`[data-ff="${value.slice(4)}"] .ld-ff-row`) : [];
  const target = rows.length ? rows[rows.length - 1].querySelector("input:not([type=hidden]),select,textarea") : focus ? next.querySelector(`[name="${focus}"]`) : next.querySelector("button[name=do]");
  if (target) target.focus();
};

const upload = async (form, input) => {
  const url = form.querySelector("#ff-body").dataset.files;
  const name = input.name.replace(/\.new$/, "");
  for (const file of [...input.files]) {
    const data = new FormData();
    data.append("file", file);
    const r = await fetch(url, { method: "POST", body: data, credentials: "same-origin", headers: { "X-CSRF-Token": form.querySelector("[name=csrf_token]").value } });
    if (!r.ok) return status(form, "上传失败，请检查文件后重试");
    const a = await r.json();
    const li = document.createElement("li"), l = document.createElement("label"), box = document.createElement("input"), text = document.createElement("span");
    l.className = "form-check"; box.className = "form-check-input"; box.type = "checkbox"; box.checked = true; box.name = name; box.value = `${a.id}|${a.name}`; text.className = "form-check-label"; text.textContent = a.name;
    l.append(box, text); li.append(l);
    input.closest("fieldset").querySelector("ul").append(li);
  }
  input.value = "";
  changed(form, name.slice(prefix.length));
};

const pad = (box) => {
  box.hidden = false;
  const canvas = box.querySelector("canvas"), g = canvas.getContext("2d"), form = box.closest("form");
  g.lineWidth = 3; g.lineCap = "round"; g.lineJoin = "round";
  let drawing = false, inked = false;
  const at = (e) => { const r = canvas.getBoundingClientRect(); return [((e.clientX - r.left) * canvas.width) / r.width, ((e.clientY - r.top) * canvas.height) / r.height]; };
  canvas.addEventListener("pointerdown", (e) => { drawing = true; canvas.setPointerCapture(e.pointerId); g.beginPath(); g.moveTo(...at(e)); e.preventDefault(); });
  canvas.addEventListener("pointermove", (e) => { if (!drawing) return; g.lineTo(...at(e)); g.stroke(); inked = true; });
  canvas.addEventListener("pointerup", () => {
    drawing = false;
    if (!inked) return;
    canvas.toBlob(async (blob) => {
      const data = new FormData();
      data.append("file", blob, "signature.png");
      const r = await fetch(form.querySelector("#ff-body").dataset.files, { method: "POST", body: data, credentials: "same-origin", headers: { "X-CSRF-Token": form.querySelector("[name=csrf_token]").value } });
      if (!r.ok) return status(form, "签名没有保存，请重试或填写姓名");
      form.elements[`${box.dataset.sign}.image`].value = (await r.json()).id;
      changed(form, box.dataset.sign.slice(prefix.length));
    });
  });
  box.querySelector("[data-sign-clear]").addEventListener("click", () => { g.clearRect(0, 0, canvas.width, canvas.height); inked = false; form.elements[`${box.dataset.sign}.image`].value = ""; changed(form, box.dataset.sign.slice(prefix.length)); });
};

const changed = (form, path) => {
  const body = form.querySelector("#ff-body");
  if (!touched.has(form)) touched.set(form, new Set());
  touched.get(form).add(path);
  react(body);
  queue(form, path.split(".")[0]);
};
const pathOf = (el) => { const w = el.closest("[data-ff]"); return w ? w.dataset.ff : ""; };

// sending waits until the server has what was typed: a form that is sent into the
// void would take it along. What cannot be saved now stays here, and says so.
const sending = (e, form, button) => {
  const q = form.dataset.save && store.get(key(form));
  if (!q || !Object.keys(q).length || form.dataset.ffSaved) { delete form.dataset.ffSaved; return; }
  e.preventDefault();
  e.stopImmediatePropagation();
  const go = async () => {
    clearTimeout(timers.get(form));
    while (flying.has(form)) await new Promise((r) => setTimeout(r, 50));
    await flush(form);
    const left = store.get(key(form));
    if (left && Object.keys(left).length && !form.querySelector("[data-ff-clash] .alert")) return;
    form.dataset.ffSaved = "1";
    if (left) store.set(key(form), null); // the page shows what the other device has
    form.requestSubmit(button);
  };
  go();
};

export const start = (form) => {
  const body = form.querySelector("#ff-body");
  if (!body || form.dataset.ffReady) return;
  form.dataset.ffReady = "1";
  form.classList.add("is-live");
  if (form.dataset.draft) restore(form);
  if (form.dataset.save) stamp(form);
  const around = (e) => { if (!pathOf(e.target) && form.dataset.save && kept(form).includes(e.target.name)) queue(form, page + e.target.name); if (e.target.name === "kind") react(body); };
  form.addEventListener("input", around);
  form.addEventListener("change", around);
  form.addEventListener("input", (e) => { const at = pathOf(e.target); if (at) { react(body); if (form.dataset.save) queue(form, at.split(".")[0]); } });
  form.addEventListener("change", (e) => {
    const el = e.target, at = pathOf(el);
    if (!at) return;
    if (el.type === "file") { if (body.dataset.files) upload(form, el); return; }
    changed(form, at);
    if (el.matches("[data-place]") && body.dataset.again !== "no") again(form, "do", "refresh");
  });
  form.addEventListener("submit", (e) => {
    const b = e.submitter;
    if (b && b.name === "do" && /^(add|remove)\./.test(b.value)) { e.preventDefault(); delete form.dataset.sent; again(form, b.name, b.value); return; }
    sending(e, form, b);
  });
  form.querySelectorAll("[data-sign]").forEach(pad);
  react(body);
};
window.addEventListener("online", () => document.querySelectorAll("form[data-save]").forEach((f) => flush(f)));
window.addEventListener("pagehide", () => document.querySelectorAll("form[data-save]").forEach((f) => flush(f)));
const all = () => document.querySelectorAll("#ff-body").forEach((b) => { const f = b.closest("form"); if (f) start(f); });
all();
document.addEventListener("ff:drawn", all);
// for tests, and for pages that reckon something of their own
window.ldForms = { react, compile, evaluate, ready };
