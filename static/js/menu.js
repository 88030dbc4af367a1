// Menus and the switcher are <details data-menu>: closes on Escape, outside clicks and leaving; arrows walk the items.

const open = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("focusin", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]") ?? [...open()].at(-1);
  if (!menu) return;
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(menu, event);
});

function walk(menu, event) {
  if (!menu.contains(event.target)) return;
  menu.open = true;
  const items = [...menu.querySelectorAll("a, button, [tabindex='0']")].filter((one) => !one.disabled);
  const step = event.key === "ArrowDown" ? 1 : -1;
  const here = items.indexOf(document.activeElement);
  items.at(here < 0 && step < 0 ? -1 : (here + step) % items.length)?.focus();
  event.preventDefault();
}
