// Keys of the desk: lists, acts and help without the mouse. Never while somebody types, and off
// when she switched them off (WCAG 2.1.4): what a key says is kept on the device alone.

const OFF = "ld-keys-off";
const off = () => {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
};
const switchTo = (on) => {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  } catch {
    /* a browser that keeps nothing: on until the page is left */
  }
};

const LISTS = { t: "todo", d: "done", w: "watched", m: "team", c: "due" };
const ACTS = { a: "accept", p: "pass", d: "decide", s: "supplement", b: "sendback", v: "deliver", r: "refer" };
const WORDS = [
  ["j、k 或 ↓、↑", "列表里下一行、上一行"],
  ["Enter", "打开这一行"],
  ["x", "勾选或取消这一行"],
  ["/", "到搜索框"],
  ["g 然后 t、d、w、m、c", "到待办、已办、关注、本单位、到期日历"],
  ["a、p、d、s、b、v、r", "办件页：到受理、审查、决定、补正、退回、送达、转办"],
  ["o", "办件页：到办理意见"],
  ["Ctrl + Enter", "在意见里：提交；不予受理、退回等会再问一次"],
  ["?", "打开本说明"],
];

const typing = (el) => !!el.closest("input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]");
const rows = () => [...document.querySelectorAll("tr[data-row]")];
const at = () => document.querySelector("tr.is-at");

const goTo = (row) => {
  const old = at();
  if (old) old.classList.remove("is-at");
  if (!row) return;
  row.classList.add("is-at");
  const a = row.querySelector("[data-open]");
  if (a) a.focus();
  row.scrollIntoView({ block: "nearest" });
};

const move = (by) => {
  const all = rows();
  const here = (document.activeElement && document.activeElement.closest("tr[data-row]")) || at();
  const i = all.indexOf(here);
  goTo(all[i < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, i + by))]);
};

let dialog = null;
const help = () => {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "ld-dialog ld-keys";
    dialog.setAttribute("aria-labelledby", "ld-keys-title");
    const h = document.createElement("h2");
    h.id = "ld-keys-title";
    h.textContent = "快捷键";
    const list = document.createElement("dl");
    WORDS.forEach((w) => {
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      dt.textContent = w[0];
      dd.textContent = w[1];
      list.append(dt, dd);
    });
    const label = document.createElement("label");
    label.className = "form-check";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.className = "form-check-input";
    box.dataset.keysSwitch = "";
    box.addEventListener("change", () => switchTo(box.checked));
    const say = document.createElement("span");
    say.className = "form-check-label";
    say.textContent = "启用单键快捷键（只影响这台设备）";
    label.append(box, say);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-primary";
    close.dataset.close = "";
    close.textContent = "知道了";
    const foot = document.createElement("div");
    foot.className = "ld-actions";
    foot.append(close);
    dialog.append(h, list, label, foot);
    document.body.append(dialog);
  }
  dialog.querySelector("[data-keys-switch]").checked = !off();
  if (dialog.showModal && !dialog.open) dialog.showModal();
};

// released focuses a field once the key is up, or it would be typed into the field.
const released = (field) => document.addEventListener("keyup", () => document.querySelector(field).focus(), { once: true });

let going = 0;
const onKey = (e) => {
  const el = e.target instanceof Element ? e.target : document.body;
  if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
    const form = el.closest("#acts form");
    const button = form && form.querySelector("button[type=submit]");
    if (!button || !typing(el)) return;
    e.preventDefault();
    if (!button.classList.contains("btn-danger") || window.confirm(`确定“${button.textContent.trim()}”？`)) form.requestSubmit(button);
    return;
  }
  if (e.defaultPrevented || off() || e.ctrlKey || e.metaKey || e.altKey || typing(el) || document.querySelector("dialog[open]")) return;
  const arrows = { ArrowDown: 1, ArrowUp: -1 };
  const step = { j: 1, k: -1 }[e.key] || (at() && el.closest("tr[data-row]") ? arrows[e.key] : 0);
  if (going && Date.now() - going < 1500 && LISTS[e.key]) {
    location.assign(`/${location.pathname.split("/")[1]}/${LISTS[e.key]}`);
  } else if (e.key === "g") {
    going = Date.now();
    return;
  } else if (step && rows().length) {
    move(step);
  } else if (e.key === "x" && at()) {
    const box = at().querySelector("[data-check]");
    if (box) box.click();
  } else if (e.key === "/" && document.querySelector(".ld-filter [name=q]")) {
    released(".ld-filter [name=q]");
  } else if (e.key === "?") {
    help();
  } else if (e.key === "o" && document.getElementById("f-opinion")) {
    released("#f-opinion");
  } else if (ACTS[e.key] && document.querySelector(`#acts .ld-tabs a[href*="act=${ACTS[e.key]}#"]`)) {
    document.querySelector(`#acts .ld-tabs a[href*="act=${ACTS[e.key]}#"]`).focus();
  } else {
    going = 0;
    return;
  }
  going = 0;
  e.preventDefault();
};

export const keys = () => {
  if (!document.documentElement.classList.contains("ld-desk")) return;
  document.addEventListener("keydown", onKey);
  const lists = document.querySelector(".ld-lists ul");
  if (lists) {
    const li = document.createElement("li");
    li.className = "ld-lists-keys";
    const b = document.createElement("button");
    b.type = "button";
    b.className = "btn btn-sm";
    b.textContent = "快捷键";
    b.setAttribute("aria-haspopup", "dialog");
    b.addEventListener("click", help);
    li.append(b);
    lists.append(li);
  }
};
