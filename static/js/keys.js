// One key presses the link or button with data-key; "g v" means G, then V. A field with data-key gets the cursor. Never while writing.

const PAUSE = 1200;
let first = "";
let timer;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || writing(event.target)) return;
  const found = target(first ? `${first} ${event.key.toLowerCase()}` : event.key.toLowerCase());
  clearTimeout(timer);
  first = "";
  if (found) {
    event.preventDefault();
    found.matches("input, textarea, select") ? found.focus() : found.click();
  } else if (starts(event.key.toLowerCase())) {
    first = event.key.toLowerCase();
    timer = setTimeout(() => (first = ""), PAUSE);
  }
});

function writing(element) {
  return element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio])");
}

function target(keys) {
  return [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === keys && one.checkVisibility());
}

function starts(key) {
  return document.querySelector(`[data-key^="${CSS.escape(key)} "]`) !== null;
}
