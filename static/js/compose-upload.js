// A file on its way into the composer: how far it is, called off when its shot goes; nothing is saved before all are there.

import { upload } from "./upload.js";

const running = new Map();

export async function bring(form, file, shot) {
  const bar = shot.querySelector("progress");
  const notes = shot.querySelector("[data-notes]");
  const sent = upload(form, file, (share) => {
    if (share < 1) bar.value = share;
    else bar.removeAttribute("value"); // the server looks at it now; nobody knows for how long
    notes.textContent = share < 1 ? `${Math.floor(share * 100)} %` : form.dataset.looking;
  });
  shot.setAttribute("aria-busy", "true");
  bar.hidden = false;
  running.set(shot, sent);
  const answer = await sent.answer;
  running.delete(shot);
  shot.removeAttribute("aria-busy");
  bar.hidden = true;
  notes.textContent = "";
  return answer;
}

export function callOff(shot) {
  running.get(shot)?.cancel();
}

// On the window, so that it comes before whatever marks a form as sent.
addEventListener(
  "submit",
  (event) => {
    if (!running.size || !event.target.matches("[data-compose]")) return;
    event.preventDefault();
    event.stopPropagation();
    const place = event.target.querySelector("[data-files-error]");
    place.textContent = event.target.dataset.wait;
    place.hidden = false;
    [...running.keys()][0].scrollIntoView({ block: "nearest" });
  },
  true,
);

addEventListener("beforeunload", (event) => {
  if (running.size) event.preventDefault();
});
