// h makes an element: h("button", { class: "btn", onclick: fn }, "文字", child).
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  Object.entries(props || {}).forEach(([k, v]) => {
    if (v == null || v === false) return;
    if (k.startsWith("on")) el.addEventListener(k.slice(2), v);
    else if (k === "value") el.value = v;
    else if (k === "checked" || k === "disabled" || k === "hidden" || k === "selected") el[k] = v;
    else el.setAttribute(k, v === true ? "" : v);
  });
  el.append(...children.flat(9).filter((c) => c != null && c !== false));
  return el;
}

let count = 0;
const id = (key) => "fb-" + (key || "x" + ++count);

// field is a labelled control; the label says its name to everybody.
export function field(label, control, help, key) {
  control.id = id(key);
  const hint = help ? h("p", { class: "fb-help", id: control.id + "-help" }, help) : null;
  if (hint) control.setAttribute("aria-describedby", hint.id);
  return h("div", { class: "fb-field" }, h("label", { for: control.id }, label), control, hint);
}

export const text = (value, onchange, more) => h("input", Object.assign({ type: "text", class: "form-control", value: value || "", onchange: (e) => onchange(e.target.value.trim()) }, more));

export const area = (value, onchange, more) => h("textarea", Object.assign({ class: "form-control", rows: 2, value: value || "", onchange: (e) => onchange(e.target.value.trim()) }, more));

export const number = (value, onchange, more) => text(value, onchange, Object.assign({ type: "number", inputmode: "numeric", min: 0, max: 366 }, more));

// select offers [{value, label}]; a value that is not among them stays and is shown.
export function select(options, value, onchange, none) {
  const all = [...options];
  if (none != null) all.unshift({ value: "", label: none });
  if (value && !all.some((o) => o.value === value)) all.push({ value, label: value });
  if (!value && none == null) all.unshift({ value: "", label: "请选择" });
  return h("select", { class: "form-select", onchange: (e) => onchange(e.target.value) }, all.map((o) => h("option", { value: o.value, selected: o.value === (value || "") }, o.label)));
}

export function check(label, checked, onchange, key) {
  const box = h("input", { type: "checkbox", id: id(key), checked: !!checked, onchange: (e) => onchange(e.target.checked) });
  return h("div", { class: "fb-check" }, box, h("label", { for: box.id }, label));
}

// checks is a group of boxes over a list of codes divided by spaces.
export function checks(legend, options, value, onchange, help, key) {
  const chosen = (value || "").split(/\s+/).filter(Boolean);
  const all = [...options, ...chosen.filter((c) => !options.some((o) => o.value === c)).map((c) => ({ value: c, label: c }))];
  const set = (code, on) => onchange(all.map((o) => o.value).filter((c) => (c === code ? on : chosen.includes(c))).join(" "));
  return h(
    "fieldset", { class: "fb-checks" }, h("legend", null, legend), help && h("p", { class: "fb-help" }, help),
    all.length ? h("div", { class: "fb-check-list" }, all.map((o, i) => check(o.label, chosen.includes(o.value), (on) => set(o.value, on), key + "-" + i))) : h("p", { class: "fb-help" }, "没有可选的内容"),
  );
}

// part folds; which parts are open is kept while the page is.
const folded = {};
export function part(title, note, ...content) {
  const open = folded[title] === undefined ? note === true : folded[title];
  const d = h("details", { class: "fb-part", open: open || null, ontoggle: (e) => { folded[title] = e.target.open; } }, h("summary", null, h("span", null, title), typeof note === "string" && note && h("span", { class: "fb-note" }, note)), h("div", { class: "fb-part-body" }, content));
  return d;
}

export const button = (label, onclick, more) => h("button", Object.assign({ type: "button", class: "btn btn-sm", onclick }, more), label);
