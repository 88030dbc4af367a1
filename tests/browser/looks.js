// Runs in the page. Returns one line for each thing that lies where it should not.
(() => {
  const problems = [];
  const name = (e) => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}.${[...e.classList].join(".")} "${(e.textContent || e.value || "").trim().slice(0, 40)}"`;
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && e.getClientRects().length > 0;
  const hidden = (e) => e.closest(".visually-hidden, .skip, template") || getComputedStyle(e).clipPath === "inset(50%)";

  if (document.documentElement.scrollWidth > innerWidth) {
    problems.push(`overflow: the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);
  }

  const cut = (e) => {
    const style = getComputedStyle(e);
    if (style.display === "inline" || style.overflowX === "auto" || style.overflowX === "scroll" || hidden(e)) return;
    if (e.matches("input, textarea, select, svg, svg *, progress") || style.textOverflow === "ellipsis") return;
    const text = [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (text && (e.scrollWidth > e.clientWidth + 1 || (style.overflowY === "hidden" && e.scrollHeight > e.clientHeight + 2))) problems.push(`cut: ${name(e)}`);
  };
  document.querySelectorAll("body *").forEach((e) => shown(e) && cut(e));

  // What floats above the page on purpose is compared with its own kind only.
  const layer = (e) => e.closest(".toasts, .tabbar, .topbar, .side, .sticky-action, .menu__list")?.className ?? "page";
  const touchable = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter((e) => shown(e) && !hidden(e) && !e.matches("[type=file], .pick > input"));
  const boxes = touchable.map((e) => [e, e.getBoundingClientRect(), layer(e)]);
  boxes.forEach(([a, one, where], index) => {
    for (const [b, two, there] of boxes.slice(index + 1)) {
      const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (where === there && wide > 2 && high > 2 && !a.contains(b) && !b.contains(a) && !a.closest("label")?.contains(b)) problems.push(`overlap: ${name(a)} and ${name(b)}`);
    }
  });

  for (const e of document.querySelectorAll("img")) if (shown(e) && !e.naturalWidth) problems.push(`picture: ${e.currentSrc} did not come`);
  return problems;
})();
