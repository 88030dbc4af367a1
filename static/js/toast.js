// Toasts leave after ten seconds, never under the pointer or the focus. Others show one with the event "socialq:toast".

const STAYS = 10_000;

const stack = document.querySelector("[data-toasts]");

if (stack) {
  stack.querySelectorAll("[data-toast]").forEach(live);
  stack.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) leave(event.target.closest("[data-toast]"));
  });
  document.addEventListener("socialq:toast", (event) => show(event.detail));
}

// The server keeps an empty one in a <template>, so that its words and its close button are the server's.
function show({ text, bad = false }) {
  const toast = document.querySelector("[data-toast-template]").content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-toast-text]").textContent = text;
  toast.classList.toggle("toast--bad", bad);
  stack.append(toast);
  live(toast);
}

// What went wrong stays until it is closed.
function live(toast) {
  if (toast.classList.contains("toast--bad")) return;
  let timer = setTimeout(() => leave(toast), STAYS);
  const hold = () => clearTimeout(timer);
  const go = () => {
    hold();
    timer = setTimeout(() => leave(toast), STAYS / 2);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusout", go);
}

function leave(toast) {
  toast.classList.add("toast--leaving");
  setTimeout(() => toast.remove(), 220);
}
