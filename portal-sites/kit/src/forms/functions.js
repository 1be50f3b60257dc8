// The functions and checks of form rules, the twins of those in modules/forms
// (cel.go, values.go). A shared table of cases holds both to the same answers.
import { CelScalar, celEnv, celFunc, isCelError, listType, parse, plan } from "@bufbuild/cel";

const { STRING, DOUBLE, BOOL, DYN } = CelScalar;

// round half away from zero
export const round = (n, places) => {
  const p = 10 ** places;
  const r = Math.floor(Math.abs(n) * p + 0.5) / p;
  return n < 0 || Object.is(n, -0) ? -r : r;
};

const isoDay = (s) => {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(s);
  if (!m) return null;
  const t = Date.UTC(+m[1], +m[2] - 1, +m[3]);
  const d = new Date(t);
  if (+m[1] < 100) d.setUTCFullYear(+m[1]);
  return d.getUTCMonth() === +m[2] - 1 && d.getUTCDate() === +m[3] ? d : null;
};
export const days = (a, b) => {
  const from = isoDay(a), to = isoDay(b);
  return from && to ? Math.round((to - from) / 864e5) : 0;
};
export const years = (a, b) => {
  const from = isoDay(a), to = isoDay(b);
  if (!from || !to) return 0;
  let n = to.getUTCFullYear() - from.getUTCFullYear();
  const m = to.getUTCMonth() - from.getUTCMonth();
  if (m < 0 || (m === 0 && to.getUTCDate() < from.getUTCDate())) n--;
  return n;
};

export const canonical = (s) =>
  [...s].map((c) => {
    const u = c.codePointAt(0);
    return u >= 0xff01 && u <= 0xff5e ? String.fromCharCode(u - 0xfee0) : c;
  }).join("").replace(/[\s\u3000\u200b-\u200f\ufeff\u00ad\u2060-]/g, "").toUpperCase();

const provinces = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9)/;
export const idNumber = (s) => {
  if (s.length !== 18) return "id_number_length";
  if (!/^\d{17}[\dX]$/.test(s)) return "id_number_char";
  if (!provinces.test(s)) return "id_number_area";
  const day = `${s.slice(6, 10)}-${s.slice(10, 12)}-${s.slice(12, 14)}`;
  if (!isoDay(day) || +s.slice(6, 10) < 1800) return "id_number_date";
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = w.reduce((a, x, i) => a + x * +s[i], 0);
  return "10X98765432"[sum % 11] === s[17] ? "" : "id_number_check";
};
export const creditCode = (s) => {
  const abc = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  if (s.length !== 18) return "credit_code_length";
  if ([...s].some((c) => !abc.includes(c))) return "credit_code_char";
  let w = 1, sum = 0;
  for (let i = 0; i < 17; i++, w = (w * 3) % 31) sum += abc.indexOf(s[i]) * w;
  return abc[(31 - (sum % 31)) % 31] === s[17] ? "" : "credit_code_check";
};
const birth = (id) => (idNumber(id) ? "" : `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`);
const sex = (id) => (idNumber(id) ? "" : +id[16] % 2 ? "1" : "2");
const email = (s) => /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\.]+(\.[^\s@<>(),;:"[\]\\.]+)*$/.test(s) && !/^\.|\.\.|\.@/.test(s);

const number = (x) => (typeof x === "bigint" ? Number(x) : typeof x === "number" ? x : NaN);
const fold = (list, start, f) => {
  let n = start, any = false;
  for (const x of list) {
    any = true;
    n = f(n, number(x));
  }
  return any ? n : 0;
};
const list = listType(DYN);

const env = celEnv({
  funcs: [
    celFunc("count", [list], DOUBLE, (l) => l.size),
    celFunc("length", [STRING], DOUBLE, (s) => [...s].length),
    celFunc("sum", [list], DOUBLE, (l) => fold(l, 0, (a, b) => a + b)),
    celFunc("least", [list], DOUBLE, (l) => fold(l, Infinity, Math.min)),
    celFunc("greatest", [list], DOUBLE, (l) => fold(l, -Infinity, Math.max)),
    celFunc("round", [DOUBLE, DOUBLE], DOUBLE, (a, b) => round(a, Math.trunc(b))),
    celFunc("days", [STRING, STRING], DOUBLE, days),
    celFunc("years", [STRING, STRING], DOUBLE, years),
    celFunc("birth", [STRING], STRING, birth),
    celFunc("sex", [STRING], STRING, sex),
    celFunc("email", [STRING], BOOL, email),
  ],
});

// compile returns a function of bindings that answers a value, or undefined when
// the rule cannot be answered.
export const compile = (source) => {
  if (!source) return null;
  let run;
  try {
    run = plan(env, parse(source));
  } catch {
    return () => undefined;
  }
  return (vars) => {
    try {
      const out = run(vars);
      return isCelError(out) ? undefined : typeof out === "bigint" ? Number(out) : out;
    } catch {
      return undefined;
    }
  };
};
