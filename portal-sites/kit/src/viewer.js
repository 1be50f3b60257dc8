// Pictures beside a form: zoom and turn, by buttons and keys. Without it the picture
// stands there as wide as its place.

const setup = (box) => {
  const bar = box.querySelector(".ld-viewer-bar");
  const stage = box.querySelector(".ld-viewer-stage");
  const img = stage.querySelector("img");
  const say = box.querySelector(".ld-viewer-say");
  let zoom = 1;
  let turn = 0;
  bar.hidden = false;
  const draw = () => {
    const wide = stage.clientWidth - 2;
    const plain = zoom === 1 && turn === 0;
    stage.classList.toggle("is-zoomed", !plain);
    img.style.width = plain ? "" : `${Math.round(wide * zoom)}px`;
    img.style.transform = turn ? `rotate(${turn}deg)` : "";
    // A turned picture keeps the place that it has, so it is given a square one.
    const sides = turn % 180 !== 0 && img.offsetWidth > img.offsetHeight ? (img.offsetWidth - img.offsetHeight) / 2 : 0;
    img.style.marginTop = img.style.marginBottom = sides ? `${Math.round(sides)}px` : "";
    say.textContent = `${Math.round(zoom * 100)}%${turn ? `，旋转 ${turn} 度` : ""}`;
  };
  const by = (f) => { zoom = Math.min(5, Math.max(0.25, zoom * f)); draw(); };
  const act = {
    in: () => by(1.25), out: () => by(0.8),
    turn: () => { turn = (turn + 90) % 360; draw(); },
    fit: () => { zoom = 1; turn = 0; draw(); },
  };
  bar.addEventListener("click", (e) => {
    const b = e.target.closest("button");
    if (!b) return;
    if (b.dataset.zoom) act[b.dataset.zoom]();
    else if ("turn" in b.dataset) act.turn();
    else act.fit();
  });
  stage.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const f = { "+": act.in, "=": act.in, "-": act.out, r: act.turn, R: act.turn, 0: act.fit }[e.key];
    if (!f) return;
    e.preventDefault();
    f();
  });
};

export const viewers = () => document.querySelectorAll("[data-viewer]").forEach(setup);
