// Rows that may be chosen: how many are, a range with Shift, and the two buttons only when there
// is something to do. Without it boxes and buttons work as a plain form.

const WORDS = { none: "勾选办件后可批量办理", some: (n) => `已选 ${n} 件` };

const setup = (form) => {
  const boxes = () => [...form.querySelectorAll("[data-check]")];
  const count = form.querySelector("[data-bulk-count]");
  const bar = form.querySelector(".ld-bulk-bar");
  let last = null;
  const tell = () => {
    const n = boxes().filter((b) => b.checked).length;
    if (bar) bar.classList.toggle("is-on", n > 0);
    if (count) count.textContent = n ? WORDS.some(n) : WORDS.none;
    boxes().forEach((b) => b.closest("tr").classList.toggle("is-chosen", b.checked));
  };
  form.addEventListener("click", (e) => {
    const box = e.target.closest("[data-check]");
    if (!box) return;
    if (e.shiftKey && last && last !== box) {
      const all = boxes();
      const from = Math.min(all.indexOf(last), all.indexOf(box));
      const to = Math.max(all.indexOf(last), all.indexOf(box));
      all.slice(from, to + 1).forEach((x) => { x.checked = box.checked; });
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
    last = box;
  });
  form.addEventListener("change", () => setTimeout(tell));
  form.addEventListener("submit", (e) => {
    // A star is about its own row, whatever is chosen; the rest needs a choice.
    const b = e.submitter;
    if (b && b.hasAttribute("formaction")) return;
    if (!boxes().some((x) => x.checked)) {
      e.preventDefault();
      if (count) count.textContent = "请先勾选办件";
      const first = boxes()[0];
      if (first) first.focus();
    }
  });
  window.addEventListener("pageshow", tell);
  tell();
};

export const bulks = () => document.querySelectorAll("[data-bulk]").forEach(setup);

// The calendar of due dates: arrows go from day to day with something due, pages turn it.
export const calendars = () =>
  document.querySelectorAll("[data-cal]").forEach((table) => {
    const cells = [...table.querySelectorAll("[data-day]")];
    table.addEventListener("keydown", (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      const turn = { PageUp: "[data-cal-prev]", PageDown: "[data-cal-next]" }[e.key];
      if (turn) {
        const a = document.querySelector(turn);
        if (a) { e.preventDefault(); a.click(); }
        return;
      }
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[e.key];
      const cell = e.target.closest("[data-day]");
      if (!by || !cell) return;
      for (let i = cells.indexOf(cell) + by; i >= 0 && i < cells.length; i += by) {
        const a = cells[i].querySelector("[data-cal-link]");
        if (a) { e.preventDefault(); a.focus(); return; }
      }
    });
  });
