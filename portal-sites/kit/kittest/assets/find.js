(kind, part, words) => {
  const squeeze = s => (s || "").replace(/[\s*]+/g, " ").replace("（必填）", "").trim();
  const seen = e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0;
  document.querySelectorAll("[data-found]").forEach(e => e.removeAttribute("data-found"));
  let root = [...document.querySelectorAll("dialog[open]")].pop() || document.body;
  if (part) {
    const parts = [...root.querySelectorAll("tr, li, fieldset, section, article, dl, form, .card")].filter(e => seen(e) && squeeze(e.innerText).includes(part));
    const size = e => e.querySelectorAll("*").length;
    parts.sort((a, b) => size(a) - size(b));
    const has = e => find(e).length > 0;
    root = parts.find(has) || parts[0] || root;
  }
  function labels(e) {
    const own = [...(e.labels || [])].map(l => squeeze(l.querySelector(".form-check-label")?.firstChild?.textContent || l.innerText));
    return [...own, squeeze(e.getAttribute("aria-label"))].filter(Boolean);
  }
  function find(within) {
    const all = {
      button: "a[href], button, summary", field: "input:not([type=hidden],[type=radio],[type=checkbox],[type=file]), textarea, select",
      choice: "input[type=radio], input[type=checkbox]", file: "input[type=file]",
    }[kind];
    const named = [...within.querySelectorAll(all)].filter(seen).map(e => [e, kind == "button" ? [squeeze(e.getAttribute("aria-label")), squeeze(e.innerText)].filter(Boolean) : labels(e)]);
    find.all = named.map(([, n]) => n[0]);
    for (const fits of [n => n == words, n => n.startsWith(words), n => n.includes(words)]) {
      const hits = named.filter(([, ns]) => ns.some(fits));
      if (hits.length) return hits.map(([e]) => e);
    }
    return [];
  }
  const [hit] = find(root);
  if (!hit) return (find.all || []).join(" | ") || "nothing";
  hit.setAttribute("data-found", "");
  hit.scrollIntoView({block: "center", behavior: "instant"});
  return "";
}
