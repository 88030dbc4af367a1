// Makes static/dist: one style sheet, one script, fonts, the sprite of icons, and manifest.json with the address of each.

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { sprite } from "./icons/sprite.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = `${here}dist`;

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await build({
  entryPoints: { app: `${here}css/app.css` },
  outdir: dist,
  bundle: true,
  minify: true,
  target: ["chrome111", "firefox114", "safari16.4"],
  loader: { ".woff2": "file" },
  assetNames: "fonts/[name]-[hash]",
  logLevel: "warning",
});
await build({
  entryPoints: { app: `${here}js/app.js` },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome111", "firefox114", "safari16.4"],
  logLevel: "warning",
});
await writeFile(`${dist}/icons.svg`, await sprite(here));
await copyFile(`${here}icons/mark.svg`, `${dist}/mark.svg`);
await writeFile(`${dist}/manifest.json`, JSON.stringify(await addresses(), null, 1));

// Name → address with a hash in it: a browser may keep each for ever. The font is named because pages ask for it early.
async function addresses() {
  const found = {};
  for (const name of (await readdir(dist)).sort()) {
    if (!/\.(css|js|svg)$/.test(name)) continue;
    const hash = createHash("sha256").update(await readFile(`${dist}/${name}`)).digest("hex").slice(0, 10);
    found[name] = `${name}?v=${hash}`;
  }
  const font = (await readdir(`${dist}/fonts`)).find((name) => name.startsWith("inter-latin-opsz-normal-"));
  return { ...found, "inter.woff2": `fonts/${font}` };
}
