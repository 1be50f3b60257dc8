// What scripts add to pages that work without them: dialogs, menus, the drawer,
// one submit per form, all-or-none boxes, focus on what went wrong.

import { bulks, calendars } from "./bulk.js";
import { keys } from "./keys.js";
import { viewers } from "./viewer.js";

const on = (type, selector, fn) =>
  document.addEventListener(type, (e) => {
    const el = e.target instanceof Element ? e.target.closest(selector) : null;
    if (el) fn(el, e);
  });

// Dialogs: a button names one; without <dialog> support the form simply posts.
on("click", "[data-dialog]", (el, e) => {
  const d = document.getElementById(el.dataset.dialog);
  if (!d || !d.showModal) return;
  e.preventDefault();
  d.showModal();
});
on("click", "dialog [data-close]", (el) => el.closest("dialog").close());
on("click", "dialog", (el, e) => {
  if (e.target === el) el.close(); // the backdrop
});

// Menus are <details>: close them when the visitor goes elsewhere.
const closeMenus = (except) =>
  document.querySelectorAll("details[data-menu][open]").forEach((d) => {
    if (d !== except) d.removeAttribute("open");
  });
document.addEventListener("click", (e) => closeMenus(e.target.closest && e.target.closest("details[data-menu]")));

// The drawer of narrow screens.
let opener = null;
const drawer = (open) => {
  const el = document.getElementById("sidebar");
  if (!el || el.classList.contains("is-open") === open) return;
  el.classList.toggle("is-open", open);
  const stage = document.querySelector(".ld-stage");
  if (stage) stage.inert = open;
  if (open) (el.querySelector("[data-drawer-close]") || el).focus();
  else if (opener) opener.focus();
};
on("click", "[data-drawer]", (el, e) => {
  e.preventDefault();
  opener = el;
  drawer(true);
});
on("click", "[data-drawer-close]", (el, e) => {
  e.preventDefault();
  drawer(false);
});
document.addEventListener("keydown", (e) => {
  if (e.key !== "Escape") return;
  drawer(false);
  const open = document.querySelector("details[data-menu][open]");
  if (open) {
    open.removeAttribute("open");
    open.querySelector("summary").focus();
  }
});

// A disabled button stays reachable so that its reason can be read, but does nothing.
on("click", "[aria-disabled=true]", (el, e) => e.preventDefault());

const sayOffline = () => {
  const n = document.getElementById("ld-notice");
  const t = document.getElementById("ld-offline");
  if (!n || !t) return;
  n.replaceChildren(t.content.cloneNode(true));
  n.scrollIntoView({ block: "center" });
};
window.addEventListener("online", () => {
  const n = document.getElementById("ld-notice");
  if (n) n.replaceChildren();
});

// One submit per form: a second click while the first is on its way is dropped.
document.addEventListener("submit", (e) => {
  const f = e.target;
  if (!f.matches("form[data-once]") || e.defaultPrevented || (f.getAttribute("method") || "").toLowerCase() === "get") return;
  if (f.dataset.sent) {
    e.preventDefault();
    return;
  }
  if (navigator.onLine === false) { // what was typed stays where it is
    e.preventDefault();
    sayOffline();
    return;
  }
  f.dataset.sent = "1";
  f.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () =>
  document.querySelectorAll("form[data-sent]").forEach((f) => {
    delete f.dataset.sent;
    f.removeAttribute("aria-busy");
  }),
);
// An interview answers with a button that has the name of the earlier answers and of the boxes: htmx would
// send the button alone.
document.addEventListener("htmx:configRequest", (e) => {
  const form = e.detail.elt, b = e.detail.triggeringEvent && e.detail.triggeringEvent.submitter;
  if (!b || !b.name || !form.matches("form.ld-ask")) return;
  const sent = e.detail.formData;
  sent.delete(b.name);
  for (const v of [...new FormData(form).getAll(b.name), b.value]) sent.append(b.name, v);
});
document.addEventListener("htmx:afterRequest", (e) => {
  const f = e.target.closest && e.target.closest("form[data-sent]");
  if (f) {
    delete f.dataset.sent;
    f.removeAttribute("aria-busy");
  }
});

// All boxes of a table at once.
on("change", "[data-check-all]", (el) => {
  el.closest("table").querySelectorAll("[data-check]").forEach((b) => {
    b.checked = el.checked;
  });
});
on("change", "[data-check]", (el) => {
  const t = el.closest("table");
  const all = t.querySelector("[data-check-all]");
  if (!all) return;
  const boxes = [...t.querySelectorAll("[data-check]")];
  const n = boxes.filter((b) => b.checked).length;
  all.checked = n === boxes.length;
  all.indeterminate = n > 0 && n < boxes.length;
});

// On a phone the filters of a list fold up to the first, unless another is in use.
document.querySelectorAll("[data-unfold]").forEach((b) => {
  const rest = [...b.form.querySelectorAll(".ld-field ~ .ld-field")];
  const used = (f) => f.value && !(f.tagName === "SELECT" && f.selectedIndex === 0);
  if (!window.matchMedia("(max-width: 575px)").matches || rest.some((f) => [...f.querySelectorAll("input,select")].some(used))) return;
  b.form.classList.add("is-folded");
  b.hidden = false;
});
on("click", "[data-unfold]", (b) => {
  b.form.classList.remove("is-folded");
  b.hidden = true;
  const next = b.form.querySelector(".ld-field ~ .ld-field input, .ld-field ~ .ld-field select");
  if (next) next.focus();
});

// What can be copied: an address of this site, or the text beside the button.
on("click", "[data-copy]", async (el) => {
  const what = el.dataset.copyUrl === undefined ? el.dataset.copy : new URL(el.dataset.copyUrl || location.href, location.href).href;
  const said = el.querySelector("[data-copied]") || el;
  try {
    await navigator.clipboard.writeText(what);
  } catch {
    // An office browser without a clipboard of its own, or a page without TLS.
    const t = document.createElement("textarea");
    t.value = what;
    t.className = "visually-hidden";
    document.body.append(t);
    t.select();
    document.execCommand("copy");
    t.remove();
    el.focus();
  }
  if (el.dataset.was === undefined) el.dataset.was = said.textContent;
  said.textContent = el.dataset.done || "已复制";
  setTimeout(() => {
    said.textContent = el.dataset.was;
  }, 2500);
});
// A link to a part that is folded unfolds it.
on("click", "[data-unfurl]", (el) => {
  const d = document.getElementById(decodeURIComponent(el.hash.slice(1)));
  if (d) d.open = true;
});

on("click", "[data-print]", () => window.print());
// A button of words that go into a text where its caret stands.
on("click", "[data-insert]", (el) => {
  const to = document.getElementById(el.dataset.into);
  if (!to) return;
  to.focus();
  to.setRangeText(el.dataset.insert, to.selectionStart, to.selectionEnd, "end");
  to.dispatchEvent(new Event("input", { bubbles: true }));
});
on("change", "[data-autosubmit]", (el) => el.form && el.form.requestSubmit());

// A refused form: go to the summary. Links in it focus the field itself.
const focusErrors = (root) => {
  const s = root.querySelector && root.querySelector("[data-focus]");
  if (s) s.focus();
};
on("click", ".ld-summary a", (el, e) => {
  const t = document.getElementById(decodeURIComponent(el.hash.slice(1)));
  if (!t) return;
  e.preventDefault();
  for (let d = t.closest("details:not([open])"); d; d = d.parentElement.closest("details:not([open])")) d.open = true;
  const field = t.matches("input,select,textarea") ? t : t.querySelector("input,select,textarea") || t;
  field.focus();
  field.scrollIntoView({ block: "center" });
});
document.addEventListener("htmx:afterSwap", (e) => focusErrors(e.detail.target || document));
document.addEventListener("htmx:sendError", sayOffline);
document.documentElement.classList.add("js");
focusErrors(document);

viewers();
bulks();
calendars();

// A site that can be installed says where its worker is; see app.go.
const worker = document.querySelector("meta[name=ld-worker]");
if (worker && navigator.serviceWorker) {
  window.addEventListener("load", () => navigator.serviceWorker.register(worker.content, { scope: worker.dataset.scope }).catch(() => {}));
}
on("click", "[data-back]", () => history.back());
keys();
