// Counters as each network counts: the server counts, so that there is one number everywhere. One question at a time, the newest text next.

const form = document.querySelector("[data-compose]");
const text = form?.querySelector("[data-text-field]");
let under = false;
let typed = false;

text?.addEventListener("input", later);
if (text && text.value !== text.defaultValue) later(); // what the browser brought back after a reload

function later() {
  typed = true;
  if (!under) ask();
}

async function ask() {
  under = true;
  while (typed) {
    typed = false;
    const lengths = await counted(text.value);
    if (lengths) for (const counter of form.querySelectorAll("[data-counter]")) put(counter, lengths[counter.dataset.counter]);
  }
  under = false;
}

export async function counted(words) {
  const body = new FormData();
  for (const name of ["client", "csrf_token"]) body.set(name, form.elements[name].value);
  body.set("text", words);
  try {
    const answer = await fetch(form.dataset.lengths, { method: "POST", body });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined; // no connection: the numbers stay as they were, and the server counts again when the form is sent
  }
}

export function put(counter, length) {
  if (!length) return;
  counter.querySelector("[data-size]").textContent = length.size;
  counter.classList.toggle("counter--bad", length.tone === "bad");
  counter.classList.toggle("counter--wait", length.tone === "wait");
}
