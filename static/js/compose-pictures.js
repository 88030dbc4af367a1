// Pictures and videos are taken in as they are chosen, one after the other; removing one needs no reload.

import { bring, callOff } from "./compose-upload.js";

const form = document.querySelector("[data-compose]");
const field = form?.querySelector("[data-files]");

field?.addEventListener("change", async () => {
  const files = [...field.files];
  field.value = "";
  fault("");
  for (const file of files) await send(file);
});

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove]");
  if (!button) return;
  event.preventDefault();
  const shot = button.closest(".shot");
  const next = (shot.nextElementSibling ?? shot.previousElementSibling)?.querySelector("[data-remove]") ?? field;
  callOff(shot);
  shot.remove();
  next.focus();
  told();
});

async function send(file) {
  const shot = form.querySelector("template[data-shot]").content.firstElementChild.cloneNode(true);
  const number = form.querySelectorAll("[data-shots] .shot").length + 1;
  shot.querySelector("textarea").id = `alt-${number}-${Date.now()}`;
  shot.querySelector("label").htmlFor = shot.querySelector("textarea").id;
  if (file.type.startsWith("image/")) shot.querySelector("img").src = URL.createObjectURL(file);
  shot.querySelectorAll("[name]:not([data-remove])").forEach((one) => (one.disabled = true)); // not sent before it is there
  form.querySelector("[data-shots]").append(shot);
  const answer = await bring(form, file, shot);
  if (!shot.isConnected) return fault("");
  if (!answer.id) {
    shot.remove();
    return fault(answer.error);
  }
  fault("");
  shot.querySelectorAll("[name]").forEach((one) => (one.disabled = false));
  shot.querySelector("[name=media]").value = shot.querySelector("[data-remove]").value = answer.id;
  shot.querySelector("img").src = answer.small;
  shot.querySelector("[data-notes]").dataset.notes = answer.id;
  told();
}

function told() {
  const shots = [...form.querySelectorAll("[data-shots] .shot > img")].map((img) => Object.assign(new Image(), { src: img.src }));
  for (const place of form.querySelectorAll("[data-preview-shots]")) place.replaceChildren(...shots.map((one) => one.cloneNode()));
  form.dispatchEvent(new CustomEvent("socialq:pictures"));
}

function fault(text) {
  const place = form.querySelector("[data-files-error]");
  place.textContent = text;
  place.hidden = !text;
}
