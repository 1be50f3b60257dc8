// Evaluates a form in the browser, step by step as modules/forms does on the
// server (evaluate.go, judge.go, values.go). What it finds is a service to whoever
// types; the server decides.
import { canonical, compile, creditCode, idNumber, round } from "./functions.js";

const largest = 1e13;

export const zero = (f) => {
  switch (f.kind) {
    case "number": case "money": return 0;
    case "checkbox": return f.multiple ? [] : false;
    case "address": case "signature": return new Map();
    case "file": case "table": return [];
  }
  return "";
};

const prepare = (f) => ({
  ...f,
  visibleRun: compile(f.visible), whenRun: compile(f.when), computeRun: compile(f.compute),
  patternRun: f.pattern ? compile(`v.matches(${JSON.stringify(`^(?:${f.pattern})$`)})`) : null,
  rules: (f.rules || []).map((r) => ({ ...r, run: compile(r.cel) })),
  cells: (f.cells || []).map(prepare),
});

export const ready = (p) => {
  const order = p.order.map(prepare);
  const byID = new Map(order.map((f) => [f.id, f]));
  return { ...p, order, byID, rules: (p.rules || []).map((r) => ({ ...r, run: compile(r.cel) })) };
};

const because = (key, ...args) => ({ key: `forms.${key}`, args });
const show = (n) => String(n);

const checkNumber = (f, n) => {
  const places = f.places || 0;
  if (Number.isNaN(n) || Math.abs(n) > largest) return because("number_range");
  if (round(n, places) !== n) return places ? because("decimals", places) : because("not_whole");
  if (f.min !== undefined && n < f.min) return because("too_small", show(f.min));
  if (f.max !== undefined && n > f.max) return because("too_big", show(f.max));
  return null;
};
const checkDate = (f, s, today) => {
  const d = new Date(`${s}T00:00:00Z`);
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(s) || Number.isNaN(+d) || d.toISOString().slice(0, 10) !== s) return because("not_a_date");
  const after = f.after === "today" ? today : f.after, before = f.before === "today" ? today : f.before;
  if (after && s < after) return because("too_early", after);
  if (before && s > before) return because("too_late", before);
  return null;
};
const checkText = (f, s) => {
  const n = [...s].length;
  if (n < (f.minLength || 0)) return because("too_short", f.minLength);
  if (f.maxLength && n > f.maxLength) return because("too_long", f.maxLength);
  if (f.patternRun && f.patternRun({ v: s }) !== true) return because("pattern");
  return null;
};
const phone = (s) => {
  const d = s.replace(/[\s()（）\u3000-]/g, "").replace(/^(\+86|0086|86(?=1\d{10}$|0))/, "");
  if (/^1[3-9]\d{9}$/.test(d)) return `+86${d}`;
  if (/^0\d{9,11}$/.test(d)) return `+86${d.slice(1)}`;
  return "";
};

// normal is normal of values.go: [value or undefined, blame or null].
export const normal = (f, raw, today) => {
  if (raw === undefined || raw === null) return [undefined, null];
  switch (f.kind) {
    case "number": case "money": {
      let n = raw;
      if (typeof raw !== "number") {
        const s = String(raw).trim().replace(/[,， ¥￥]/g, "");
        if (!s) return [undefined, null];
        if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(s)) return [String(raw), because("not_a_number")];
        n = Number(s);
      }
      return [n, checkNumber(f, n)];
    }
    case "checkbox": {
      if (!f.multiple) return [raw === true || raw === "1" || raw === "on" || raw === "true" ? true : undefined, null];
      const all = [...new Set((Array.isArray(raw) ? raw : [raw]).filter((s) => s !== ""))];
      if (!all.length) return [undefined, null];
      return [all, all.every((s) => (f.options || []).includes(s)) ? null : because("not_an_option")];
    }
    case "address": case "signature": {
      const m = new Map(Object.entries(raw).map(([k, v]) => [k, String(v).trim()]).filter(([, v]) => v));
      if (!m.size) return [undefined, null];
      if ([...m.values()].some((s) => [...s].length > 200)) return [m, because("too_long", 200)];
      return [m, f.kind === "address" && !/^\d{12}$/.test(m.get("division") || "") ? because("no_division") : null];
    }
    case "file": {
      const l = raw.filter((x) => x.id).map((x) => new Map([["id", x.id], ["name", x.name || ""]]));
      if (!l.length) return [undefined, null];
      const most = Math.max(f.maxFiles || 0, 1);
      return [l, l.length > most ? because("too_many_files", most) : null];
    }
  }
  let s = String(raw).trim();
  if (!s) return [undefined, null];
  switch (f.kind) {
    case "date": return [s, checkDate(f, s, today)];
    case "select": case "radio": return [s, (f.options || []).includes(s) ? null : because("not_an_option")];
    case "id_number": { s = canonical(s); const e = idNumber(s); return [s, e ? { key: e, args: [] } : null]; }
    case "credit_code": { s = canonical(s); const e = creditCode(s); return [s, e ? { key: e, args: [] } : null]; }
    case "phone": { const p = phone(s); return p ? [p, null] : [s, { key: "phone_format", args: [] }]; }
  }
  return [s, checkText(f, s)];
};

const reckonValue = (f, vars) => {
  const out = f.computeRun(vars);
  if (out === undefined || out === "" || out === false) return undefined;
  if (typeof out === "number") return Number.isFinite(out) && Math.abs(out) <= largest ? round(out, f.places || 0) : undefined;
  return typeof out === "string" || out === true ? out : undefined;
};

// evaluate answers { values, shown, required, locked, errors } for typed values.
export const evaluate = (p, typed) => {
  const vars = { today: p.today, applicant_kind: p.applicant || "", step: p.step || "", filled: {} };
  for (const f of p.order) if (!["group", "columns", "note"].includes(f.kind)) { vars[f.id] = zero(f); vars.filled[f.id] = false; }
  const filled = new Map();
  vars.filled = filled;
  const res = { values: {}, shown: {}, required: {}, errors: [] };
  const wrong = {}, tables = {};
  for (const f of p.order) filled.set(f.id, false);
  // what the page shows masked is known to the server alone, and so is what follows from it
  const kept = new Set(p.order.filter((f) => f.masked && String(typed[f.id] ?? "") === f.masked).map((f) => f.id));
  const waits = (f) => (f.waits || []).some((id) => kept.has(id));
  const seen = (f, v, b) => (b && typeof v === "string" && (f.kind === "number" || f.kind === "money") ? 0 : v);

  for (const f of p.order) {
    let shown = !f.parent || res.shown[f.parent];
    if (shown && f.visibleRun) { const v = f.visibleRun(vars); if (typeof v === "boolean") shown = v; }
    if (waits(f)) shown = f.known.shown;
    res.shown[f.id] = shown;
    if (["group", "columns", "note"].includes(f.kind)) continue;
    let value, blame = null;
    if (f.kind === "table") {
      if (shown) value = reckonTable(f, typed[f.id] || []);
    } else if (shown && f.computeRun) {
      value = waits(f) ? f.known.value : reckonValue(f, vars);
    } else if (shown && kept.has(f.id)) {
      filled.set(f.id, true);
      continue;
    } else if (shown) {
      [value, blame] = normal(f, typed[f.id], p.today);
    }
    if (blame) wrong[f.id] = blame;
    filled.set(f.id, value !== undefined);
    if (value === undefined) continue;
    res.values[f.id] = value;
    vars[f.id] = f.kind === "table" ? value.map((r) => new Map(Object.entries(r))) : seen(f, value, blame);
  }

  function reckonTable(f, rows) {
    tables[f.id] = [];
    const out = [];
    const said = (cells) => f.cells.some((c) => { if (c.computeRun) return false; const [v, b] = normal(c, cells[c.id], p.today); return v !== undefined || b; });
    const count = rows.findLastIndex(said) + 1; // the empty rows behind are none
    rows.forEach((cells, i) => {
      if (i >= f.maxRows) { if (i < count) wrong[f.id] = because("too_many_rows", f.maxRows); return; }
      const rv = Object.assign(Object.create(null), vars);
      const rf = new Map(filled);
      rv.filled = rf;
      for (const c of f.cells) { rv[c.id] = zero(c); rf.set(c.id, false); }
      const values = {};
      for (const c of f.cells) {
        const at = `${f.id}.${i}.${c.id}`;
        let shown = true;
        if (c.visibleRun) { const v = c.visibleRun(rv); if (typeof v === "boolean") shown = v; }
        res.shown[at] = shown;
        let value, blame = null;
        if (shown) {
          if (c.computeRun) value = reckonValue(c, rv);
          else [value, blame] = normal(c, cells[c.id], p.today);
        }
        if (blame) wrong[at] = blame;
        rf.set(c.id, value !== undefined);
        if (value !== undefined) { values[c.id] = value; rv[c.id] = seen(c, value, blame); }
      }
      tables[f.id].push({ vars: rv, values, blank: i >= count });
      if (i < count) out.push(values);
    });
    return out.length ? out : undefined;
  }

  const check = (f, at, has, v) => {
    let must = !!f.required;
    if (waits(f)) must = f.known.required;
    else if (f.whenRun) { const w = f.whenRun(v); if (w === undefined || w === true) must = true; }
    if (f.computeRun || f.locked) must = false;
    if (must) res.required[at] = true;
    return () => {
      if (f.locked || kept.has(at)) return;
      if (wrong[at]) return res.errors.push({ path: at, label: f.label, ...wrong[at] });
      if (!has) { if (must) res.errors.push({ path: at, label: f.label, key: f.missing, args: [] }); return; }
      if (waits(f)) return;
      for (const r of f.rules) {
        const ok = r.run(v);
        if (ok === true) continue;
        res.errors.push(typeof ok === "boolean" ? { path: at, label: f.label, message: r.message } : { path: at, label: f.label, key: "forms.rule_broken", args: [] });
        return;
      }
    };
  };
  for (const id of p.doc) {
    const f = p.byID.get(id);
    if (!f || ["group", "columns", "note"].includes(f.kind) || !res.shown[id]) continue;
    const own = check(f, id, filled.get(id), vars);
    if (f.kind === "table" && !f.locked) {
      const rows = tables[id] || [], count = rows.filter((r) => !r.blank).length;
      if (count && count < (f.minRows || 0) && !wrong[id]) wrong[id] = because("too_few_rows", f.minRows);
      rows.forEach((r, i) => {
        for (const cid of f.cellDoc) {
          const c = f.cells.find((x) => x.id === cid), at = `${id}.${i}.${cid}`;
          if (!c || !res.shown[at]) continue;
          const judge = check(c, at, r.values[cid] !== undefined, r.vars);
          if (!r.blank) judge();
        }
      });
    }
    own();
  }
  for (const r of p.rules) {
    if (waits(r)) continue;
    const ok = r.run(vars);
    if (ok === true) continue;
    const e = typeof ok === "boolean" ? { path: "", message: r.message } : { path: "", key: "forms.rule_broken", args: [] };
    if (r.field && res.shown[r.field]) {
      if (res.errors.some((x) => x.path === r.field)) continue;
      e.path = r.field;
    }
    res.errors.push(e);
  }
  return res;
};

// sentence fills the %s and %d of a catalogue text.
export const sentence = (texts, e) => {
  if (!e.key) return e.message;
  let i = 0;
  return (texts[e.key] || e.key).replace(/%[sd]/g, () => String(e.args[i++]));
};
