// The button says for when: its label is rewritten as date or time changes. Dates are the client's, so no zone is reckoned with here.

const button = document.querySelector("[data-compose] [data-label]");

if (button) {
  const on = document.querySelector("[data-on]");
  const at = document.querySelector("[data-at]");
  const tell = () => {
    document.querySelector("[data-slot]")?.remove();
    const word = on.value && at.value ? button.dataset.label.replace("{moment}", moment(on.value, at.value)) : button.dataset.plain;
    button.querySelector(".button__word").textContent = word;
  };
  on.addEventListener("input", tell);
  at.addEventListener("input", tell);
}

function moment(day, time) {
  const lang = document.documentElement.lang === "nl" ? "nl-NL" : "en-GB";
  const parts = new Intl.DateTimeFormat(lang, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" })
    .formatToParts(new Date(`${day}T00:00:00Z`))
    .reduce((found, part) => ({ ...found, [part.type]: part.value }), {});
  return `${parts.weekday} ${parts.day} ${parts.month}, ${time.slice(0, 5)} (${button.dataset.zone})`;
}
