// Runs in the page: what can be pressed or typed in, what Tab has come by, and whether one sees where one is.
window.keyboard = (() => {
  const ACTIONS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]";
  const seen = new Set();
  const told = new Set();
  let first;
  let last;
  let around = false; // Tab is where it began
  const name = (e) => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""} "${(e.getAttribute("aria-label") || e.textContent || e.name || "").trim().slice(0, 40)}"`;
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && !e.closest("iframe");
  const actions = () => [...document.querySelectorAll(ACTIONS)].filter(shown);
  // Of a group of radio buttons Tab comes by one; arrows go to the others.
  const same = (e) => (e.type === "radio" ? `radio ${e.name}` : e);
  const lit = (e) => {
    for (let a = e, up = 0; a && up < 4; a = a.parentElement, up++) {
      const style = getComputedStyle(a);
      if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) return true;
    }
    return false;
  };
  return {
    count: actions().length,
    here() {
      const e = document.activeElement;
      if (e === document.body) return [];
      around = e === first && last !== e;
      first ??= e;
      last = e;
      seen.add(same(e));
      if (lit(e) || told.has(e)) return [];
      told.add(e);
      return [`unseen: ${name(e)}`];
    },
    round: () => around,
    left: () => actions().filter((e) => !seen.has(same(e))).map((e) => `not reached: ${name(e)}`),
  };
})();
