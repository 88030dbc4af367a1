// "To check" and what stands beside pictures follow what is typed: the server is asked for the page that the form would give.

const PAUSE = 900;
const form = document.querySelector("[data-compose]");
let timer;
let asked = 0;

form?.addEventListener("input", later);
form?.addEventListener("change", later);
form?.addEventListener("socialq:pictures", later);

function later() {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
}

async function ask() {
  if (form.dataset.sent) return;
  const mine = ++asked;
  const body = new FormData(form);
  body.delete("files");
  body.set("do", "look");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (mine === asked && (answer.ok || answer.status === 422)) put(await answer.text());
  } catch {
    return; // no connection: the list stays as it was, the server looks again when the form is sent
  }
}

function put(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const next = page.querySelector("[data-checks] ul");
  const list = form.querySelector("[data-checks] ul");
  const sum = page.querySelector(".checks__sum");
  if (next && next.innerHTML !== list.innerHTML) list.replaceChildren(...next.childNodes);
  if (sum) form.querySelector(".checks__sum").textContent = sum.textContent;
  for (const notes of form.querySelectorAll("[data-shots] [data-notes]")) {
    const said = page.querySelector(`[data-shots] [data-notes="${CSS.escape(notes.dataset.notes)}"]`);
    if (said && said.innerHTML !== notes.innerHTML) notes.replaceChildren(...said.childNodes);
  }
}
