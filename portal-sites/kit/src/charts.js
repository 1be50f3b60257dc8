// Charts that answer: figures under the pointer, and a click leads to the list
// behind a figure. Loaded only by pages that hold one; see Graph in graph.go for
// the shape of data-graph. Words are drawn on the canvas and styles are set
// through the object model: the policy of the site allows no inline style.
import { init, use } from "echarts/core";
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const number = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 });
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const symbols = ["circle", "rect", "triangle", "diamond", "roundRect", "arrow"];
const dashes = ["solid", "dashed", "dotted", [10, 3, 2, 3], [4, 2], [12, 4]];
const patterns = ["none", "dots", "lines", "checks", "cross", "dashes"];

// What tells neighbours apart besides their colour.
const decals = {
  dots: { symbol: "circle", symbolSize: 0.55, dashArrayX: [[5, 5], [0, 5, 5, 0]], dashArrayY: [5, 0] },
  lines: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [1.5, 5], rotation: -Math.PI / 4 },
  checks: { symbol: "rect", dashArrayX: [[4, 4], [0, 4, 4, 0]], dashArrayY: [4, 0] },
  cross: { symbol: "rect", dashArrayX: [1.5, 5], dashArrayY: [1, 0] },
  dashes: { symbol: "rect", dashArrayX: [[7, 5], [0, 6, 6, 0]], dashArrayY: [1.5, 5] },
};
const decal = (i) => {
  const kind = decals[patterns[i % patterns.length]];
  return kind ? Object.assign({ color: "rgba(255,255,255,0.38)" }, kind) : { symbol: "none" };
};

// look reads the colours and sizes that the style sheet gives the figure.
function look(figure, live) {
  const css = getComputedStyle(live);
  const probe = document.createElement("span");
  figure.appendChild(probe);
  const colour = (name) => {
    probe.className = name;
    return getComputedStyle(probe).getPropertyValue("--c").trim() || "#1a5fb4";
  };
  const value = (name) => css.getPropertyValue(name).trim();
  const out = {
    size: parseFloat(css.fontSize), font: css.fontFamily, ink: css.color, line: value("--line"), paper: value("--paper"), edge: value("--line-2"),
    colours: JSON.parse(figure.dataset.graph).series.map((s) => colour(s.class)), turn: [1, 2, 3, 4, 5, 6].map((n) => colour("ld-s" + n)),
  };
  probe.remove();
  return out;
}

// options turns the data into what ECharts draws in a box so many pixels wide.
function options(g, l, width) {
  const words = { fontSize: l.size, fontFamily: l.font, color: l.ink };
  const links = (s) => s.links && s.links.some(Boolean);
  const many = g.series.length > 1;
  const value = (v) => number.format(v) + g.unit;
  const all = {
    animation: !still.matches, animationDuration: 250, textStyle: { fontFamily: l.font, color: l.ink }, aria: { enabled: true, label: { enabled: false } },
    tooltip: {
      renderMode: "richText", confine: true, trigger: g.kind === "pie" ? "item" : "axis", axisPointer: { type: g.kind === "line" ? "line" : "shadow" },
      backgroundColor: l.paper, borderColor: l.edge, borderWidth: 1, padding: l.size * 0.7, textStyle: words, valueFormatter: value,
    },
  };
  if (many || g.kind === "pie") all.legend = { top: 0, itemGap: l.size, itemWidth: l.size * 1.3, itemHeight: l.size * 0.8, textStyle: words, type: "plain" };
  if (g.kind === "pie") {
    const sum = g.series[0].values.reduce((a, b) => a + b, 0) || 1;
    const said = (i) => `${value(g.series[0].values[i])}（${Math.round((100 * g.series[0].values[i]) / sum)}%）`;
    const narrow = width < 34 * l.size;
    if (narrow) Object.assign(all.legend, { orient: "vertical", left: 0, formatter: (name) => `${name} ${said(g.labels.indexOf(name))}` }); // no room beside the ring
    all.series = [{
      type: "pie", radius: narrow ? ["24%", "42%"] : ["38%", "64%"], center: ["50%", narrow ? "74%" : "58%"], cursor: links(g.series[0]) ? "pointer" : "default", minAngle: 4,
      label: Object.assign({ show: !narrow, formatter: (p) => `${p.name}\n${said(p.dataIndex)}`, lineHeight: l.size * 1.4, alignTo: "edge", edgeDistance: 2 }, words),
      labelLine: { length: l.size * 0.6, length2: l.size * 0.4, maxSurfaceAngle: 80 },
      itemStyle: { borderColor: l.paper, borderWidth: 2 },
      data: g.labels.map((name, i) => ({ name, value: g.series[0].values[i], itemStyle: { color: l.turn[i % 6], decal: decal(i) } })),
    }];
    return all;
  }
  const rows = lying(g, l, width);
  const label = Object.assign({ hideOverlap: true }, words);
  const names = { type: "category", data: g.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: l.edge } }, axisLabel: label };
  const figures = { type: "value", minInterval: g.whole ? 1 : 0, splitNumber: rows && width < 26 * l.size ? 3 : 5, axisLabel: Object.assign({ formatter: (v) => number.format(v) + (g.unit === "%" ? "%" : "") }, label), splitLine: { lineStyle: { color: l.line } } };
  if (rows) {
    names.inverse = true;
    names.axisLabel = Object.assign({ interval: 0, width: Math.min(18 * l.size, width * 0.34), overflow: "truncate", ellipsis: "…" }, words);
  }
  all.xAxis = rows ? figures : names;
  all.yAxis = rows ? names : figures;
  all.grid = { left: 4, right: l.size * (many ? 1.2 : rows ? 4.5 : 1.2), top: many ? l.size * (1.2 + 1.9 * legendRows(g, l, width)) : l.size * (rows ? 0.4 : 1.8), bottom: 4, containLabel: true };
  all.series = g.series.map((s, i) => {
    const one = { name: s.name, data: s.values, cursor: links(s) ? "pointer" : "default", color: l.colours[i], emphasis: { focus: many ? "series" : "none" } };
    if (g.kind === "line") {
      return Object.assign(one, { type: "line", symbol: symbols[i % 6], symbolSize: l.size * 0.6, showAllSymbol: true, lineStyle: { width: 2.5, type: dashes[i % 6] }, areaStyle: many ? undefined : { opacity: 0.1 } });
    }
    return Object.assign(one, {
      type: "bar", stack: g.stacked ? "all" : undefined, barMaxWidth: l.size * 2.2, itemStyle: { decal: many ? decal(i) : undefined, borderRadius: g.stacked ? 0 : 2 },
      label: Object.assign({ show: !many && (rows || g.labels.length <= 12), position: rows ? "right" : "top", formatter: (p) => value(p.value) }, words),
    });
  });
  return all;
}

// lying reports whether bars lie: for names that would not fit below them.
const lying = (g, l, width) => g.kind === "rows" || (g.kind === "bar" && !g.time && g.labels.length * (1 + Math.max(...g.labels.map((s) => s.length))) * l.size > width - 4 * l.size);

const legendRows = (g, l, width) => Math.ceil(g.series.reduce((n, s) => n + (s.name.length + 3.2) * l.size, 0) / width);

// height is what the box needs: rows need more the more there are.
function height(g, l, width) {
  if (g.kind === "pie") return l.size * (width < 34 * l.size ? 18 + 2 * g.labels.length : 20);
  return l.size * (lying(g, l, width) ? Math.max(8, (g.series.length > 1 ? 5 : 2.6) + (g.stacked ? 2.4 : 1.2 + 1.2 * g.series.length) * g.labels.length) : Math.max(19, (g.height || 0) / l.size));
}

function draw(figure) {
  if (figure.classList.contains("is-live")) return;
  const g = JSON.parse(figure.dataset.graph);
  const live = figure.querySelector(".ld-graph-live");
  figure.classList.add("is-live");
  const l = look(figure, live);
  let chart = null;
  let drawn = 0;
  const fit = () => {
    const width = live.clientWidth;
    if (!width || width === drawn) return;
    drawn = width;
    live.style.height = height(g, l, width) + "px";
    if (chart) chart.resize();
    else chart = init(live, null, { renderer: "canvas" });
    chart.setOption(options(g, l, width), true);
  };
  fit();
  const go = (s, i) => {
    const to = s && s.links && s.links[i];
    if (to && to[0] === "/") window.location.assign(to);
  };
  chart.on("click", (e) => go(g.series[e.seriesIndex || 0], e.dataIndex));
  chart.getZr().on("click", (e) => {
    // Beside a short bar: the row or column means the bar when there is one only.
    if (e.target || g.kind === "pie" || g.series.length > 1) return;
    const at = chart.convertFromPixel({ gridIndex: 0 }, [e.offsetX, e.offsetY]);
    go(g.series[0], Math.round(at[lying(g, l, drawn) ? 1 : 0]));
  });
  if (window.ResizeObserver) new ResizeObserver(() => window.requestAnimationFrame(fit)).observe(live);
  else window.addEventListener("resize", fit);
}

const drawAll = (root) => root.querySelectorAll("[data-graph]").forEach(draw);
drawAll(document);
document.addEventListener("htmx:afterSwap", (e) => drawAll(e.detail.target || document));
