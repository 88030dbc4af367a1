// One SVG with a <symbol> for each icon that lucide.txt names and each network of networks.txt. An unknown name ends the build.

import { readFile } from "node:fs/promises";

const MODULES = new URL("../../node_modules/", import.meta.url);

export async function sprite(root) {
  const lines = await names(`${root}icons/lucide.txt`);
  const glyphs = await names(`${root}icons/networks.txt`);
  const symbols = [
    ...(await Promise.all(lines.map((name) => symbol(name, new URL(`lucide-static/icons/${name}.svg`, MODULES))))),
    ...(await Promise.all(glyphs.map((name) => symbol(`network-${name}`, glyph(root, name))))),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

async function names(file) {
  const lines = (await readFile(file, "utf8")).split("\n").map((line) => line.trim());
  return lines.filter((line) => line && !line.startsWith("#"));
}

// Our own drawings stand in this folder; the others are from simple-icons, which has no LinkedIn any more.
function glyph(root, name) {
  const own = new URL(`file://${root}icons/${name}.svg`);
  return OWN.includes(name) ? own : new URL(`simple-icons/icons/${name}.svg`, MODULES);
}

const OWN = ["linkedin", "practice"];

async function symbol(id, file) {
  const text = await readFile(file, "utf8");
  const [, box] = text.match(/viewBox="([^"]+)"/);
  const inner = text.slice(text.indexOf(">", text.indexOf("<svg")) + 1, text.lastIndexOf("</svg>"));
  return `<symbol id="${id}" viewBox="${box}">${inner.replace(/<title>.*?<\/title>/, "").replace(/\s*\n\s*/g, "")}</symbol>`;
}
