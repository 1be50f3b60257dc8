// Builds what package kit embeds: node build.mjs (after npm ci).
import { build, transform } from "esbuild";
import { PurgeCSS } from "purgecss";
import { copyFile, mkdir, readFile, writeFile, access } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const out = "assets";
// Offices run old Chromium builds: nothing newer than this may be needed to read a page.
const target = ["chrome80", "firefox78", "safari13"];

await mkdir(out, { recursive: true });
await mkdir("kittest/assets", { recursive: true });

// Of Tabler only the grid and the layout utilities are kept, as a fixed list, so
// that the result does not depend on who used what. Its colours need newer
// browsers than ours; the components in src/css replace them under the same names.
async function layout() {
  const keep = [
    /^(row|col|container|offset|order|g|gx|gy)(-|$)/, /^row-cols-/,
    /^(m|p)[tbsexy]?(-(sm|md|lg|xl))?-(0|1|2|3|4|5|auto)$/,
    /^d(-(sm|md|lg|xl|print))?-(none|block|inline|inline-block|flex|inline-flex|grid)$/,
    /^(flex|justify-content|align-items|align-self|align-content)-/, /^gap(-(sm|md|lg))?-\d$/,
    /^text-(start|center|end|wrap|nowrap|truncate|break)$/, /^text-(sm|md|lg)-(start|center|end)$/,
    /^(fw-|w-(25|50|75|100|auto)|h-100|float-|position-|overflow-|align-(top|middle|bottom|baseline))/,
  ];
  const reject = /empty|page-|navbar|card|btn|modal|cols-auto-|gap-x|print-[a-z]+-[a-z]/;
  const [{ css }] = await new PurgeCSS().purge({
    content: [{ raw: "", extension: "html" }],
    css: ["node_modules/@tabler/core/dist/css/tabler.css"],
    safelist: { standard: keep },
    blocklist: [reject],
    variables: true, keyframes: true, fontFace: true,
  });
  return css
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/@charset[^;]*;/, "")
    .replace(/(^|\})\s*(:root|\[data-bs-theme[^{]*|:host|body|html)[^{}]*\{[^{}]*\}/g, "$1");
}

async function icons() {
  const names = (await readFile("icons.txt", "utf8")).split("\n").filter((l) => !l.startsWith("#")).join(" ").split(/\s+/).filter(Boolean);
  const all = {};
  for (const name of [...new Set(names)].sort()) {
    const filled = name.endsWith("-filled");
    const file = `node_modules/@tabler/icons/icons/${filled ? "filled" : "outline"}/${name.replace(/-filled$/, "")}.svg`;
    try { await access(file); } catch { console.warn(`no icon ${name}`); continue; }
    const inner = (await readFile(file, "utf8"))
      .replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").replace(/\s*\n\s*/g, "").replace(/\s+\/>/g, "/>");
    const paint = filled ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
    all[name] = `<svg class="ld-icon" viewBox="0 0 24 24" width="24" height="24" ${paint} aria-hidden="true" focusable="false">${inner}</svg>`;
  }
  await writeFile(`${out}/icons.json`, JSON.stringify(all, null, 0).replace(/","/g, '",\n"') + "\n");
}

async function css() {
  const own = await build({ entryPoints: ["src/css/index.css"], bundle: true, write: false, minify: true, target, loader: { ".svg": "dataurl" } });
  const base = await transform(await layout(), { loader: "css", minify: true, target });
  const licence = "/*! Grid and utilities: Tabler 1.6.1 and Bootstrap 5, MIT */\n";
  await writeFile(`${out}/kit.css`, licence + base.code + own.outputFiles[0].text);
}

await icons();
await css();
await build({ entryPoints: ["src/kit.js"], bundle: true, minify: true, target, outfile: `${out}/kit.js`, format: "iife" });
await build({ entryPoints: ["src/sw.js"], bundle: true, minify: true, target, outfile: `${out}/sw.js`, format: "iife" });
await build({
  entryPoints: ["src/charts.js"], bundle: true, minify: true, target, outfile: `${out}/charts.js`, format: "iife", legalComments: "none",
  banner: { js: "/*! Apache ECharts 6.0.0, Apache-2.0 (https://www.apache.org/licenses/LICENSE-2.0); zrender 6.0.0, BSD-3-Clause, Copyright (c) 2013, Baidu Inc.; tslib 2.3.0, 0BSD, Copyright (c) Microsoft Corporation */" },
});
// CEL counts in BigInt, which older browsers lack: they fill in forms without live rules.
await build({
  entryPoints: ["src/forms.js"], bundle: true, minify: true, target: ["chrome80", "firefox78", "safari14"], supported: { destructuring: true }, outfile: `${out}/forms.js`, format: "iife", legalComments: "none",
  banner: { js: "/*! @bufbuild/cel, cel-spec and protobuf, Apache-2.0, Copyright Buf Technologies, Inc.; @bufbuild/re2, MIT, Copyright (c) 2023 Alexey Vasiliev */" },
});
await build({
  entryPoints: ["src/designer.js"], bundle: true, minify: true, target, supported: { destructuring: true }, outfile: `${out}/designer.js`, format: "iife", legalComments: "none",
  banner: { js: "/*! SortableJS 1.15.7, MIT, Copyright (c) 2019 All contributors to Sortable */" },
});
await build({
  entryPoints: ["src/themes.js"], bundle: true, minify: true, target, supported: { destructuring: true }, outfile: `${out}/themes.js`, format: "iife", legalComments: "none",
  banner: { js: "/*! SortableJS 1.15.7, MIT, Copyright (c) 2019 All contributors to Sortable */" },
});
// The flow designer, loaded by its own page alone. Its font is a file of its own, since
// the policy of the site takes none out of a style sheet.
await build({
  entryPoints: ["src/flowboard/index.js"], bundle: true, minify: true, target, supported: { destructuring: true }, outfile: `${out}/flowboard.js`, format: "iife", legalComments: "none",
  banner: { js: "/*! bpmn-js 18.31.1, Copyright (c) 2014-present Camunda Services GmbH, bpmn.io licence (https://bpmn.io/license): the bpmn.io mark stays visible; diagram-js, bpmn-moddle, moddle and the small libraries they use, MIT; bpmn-js-i18n 2.3.0, MIT */" },
});
await build({
  entryPoints: ["src/flowboard/flowboard.css"], bundle: true, minify: true, target, outfile: `${out}/flowboard.css`, external: ["./bpmn.woff2"], loader: { ".svg": "dataurl" },
  legalComments: "none",
});
await copyFile("node_modules/bpmn-js/dist/assets/bpmn-font/font/bpmn.woff2", `${out}/bpmn.woff2`);
await copyFile("node_modules/htmx.org/dist/htmx.min.js", `${out}/htmx.js`);
await copyFile("src/favicon.svg", `${out}/favicon.svg`);
await writeFile("kittest/assets/axe.min.js.gz", gzipSync(await readFile("node_modules/axe-core/axe.min.js"), { level: 9 }));
