// What follows the post: each part is counted by the server as the post is, a moment after the last key.

import { counted, put } from "./compose-count.js";

const PAUSE = 400;
const form = document.querySelector("[data-compose]");

for (const part of form?.querySelectorAll("[data-part]") ?? []) {
  const text = part.querySelector("textarea");
  let timer;
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => count(part, text), PAUSE);
  });
}

form?.addEventListener("change", (event) => {
  if (event.target.name !== "channels") return;
  for (const one of form.querySelectorAll("[data-part-counter]")) {
    one.hidden = !form.querySelector(`[name=channels][value="${one.dataset.partCounter}"]`)?.checked;
  }
});

async function count(part, text) {
  const words = text.value;
  const lengths = await counted(words);
  if (!lengths || words !== text.value) return;
  for (const counter of part.querySelectorAll("[data-part-counter]")) put(counter, lengths[counter.dataset.partCounter]);
}
