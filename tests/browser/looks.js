// Runs in the page. Returns one line for each thing that lies where it should not.
(() => {
  const problems = [];
  const room = document.documentElement.clientWidth; // on a phone innerWidth grows with what sticks out
  const name = (e) => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}.${[...e.classList].join(".")} "${(e.textContent || e.value || "").trim().slice(0, 40)}"`;
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && e.getClientRects().length > 0;
  const hidden = (e) => e.closest(".visually-hidden, .skip, template") || getComputedStyle(e).clipPath === "inset(50%)" || hides(e);
  const hides = (e) => e.parentElement && (getComputedStyle(e.parentElement).clipPath === "inset(50%)" || hides(e.parentElement));
  const all = [...document.querySelectorAll("body, body *")].filter((e) => shown(e) && !hidden(e));

  if (document.documentElement.scrollWidth > room) {
    problems.push(`overflow: the page is ${document.documentElement.scrollWidth} wide in a window of ${room}`);
  }

  // Words that are wider than their own box.
  for (const e of all) {
    const style = getComputedStyle(e);
    if (["inline", "contents"].includes(style.display) || ["auto", "scroll"].includes(style.overflowX) || style.textOverflow === "ellipsis") continue;
    if (e.matches("input, textarea, select, svg, svg *, progress")) continue;
    const text = [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (text && e.scrollWidth > e.clientWidth + 1) problems.push(`cut: ${name(e)}`);
  }

  // Words and buttons that a box around them hides without a scroll bar; an ellipsis and a number of lines are said on purpose.
  const lines = [];
  for (const e of all) {
    for (const node of e.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim() || e.matches("option, style, script, textarea")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) if (box.width > 1 && box.height > 1) lines.push([e, box]);
    }
  }
  const touchable = all.filter((e) => e.matches("a[href], button, input, select, textarea, summary") && !e.matches("[type=file], .pick > input"));
  const told = new Set();
  const holder = (e) => {
    const { position } = getComputedStyle(e);
    if (position !== "absolute") return position === "fixed" ? null : e.parentElement;
    let a = e.parentElement;
    while (a && getComputedStyle(a).position === "static") a = a.parentElement;
    return a;
  };
  const hider = (e, box) => {
    for (let a = e; a && a !== document.body; a = holder(a)) {
      const style = getComputedStyle(a);
      const axes = [style.overflowX, style.overflowY];
      if (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none" || axes.includes("auto") || axes.includes("scroll")) return null;
      const inside = a.getBoundingClientRect();
      const wide = box.right > inside.right + 2 || box.left < inside.left - 2;
      const high = box.bottom > inside.bottom + box.height * 0.35 || box.top < inside.top - box.height * 0.35;
      if ((wide && axes[0] !== "visible") || (high && axes[1] !== "visible")) return a;
    }
    return box.left < -1 || box.right > room + 1 ? document.documentElement : null;
  };
  for (const [e, box] of [...lines, ...touchable.map((e) => [e, e.getBoundingClientRect()])]) {
    const by = told.has(e) ? null : hider(e, box);
    if (by) problems.push(`clipped: ${name(e)} by ${by.tagName.toLowerCase()}.${[...by.classList].join(".")}`);
    if (by) told.add(e);
  }

  // What floats above the page on purpose is compared with its own kind only.
  const layers = new Map();
  const layer = (e) => {
    if (!e) return null;
    if (!layers.has(e)) layers.set(e, ["fixed", "sticky"].includes(getComputedStyle(e).position) || e.matches(".menu__list") ? e : layer(e.parentElement));
    return layers.get(e);
  };
  const pairs = (boxes, meet) => boxes.forEach(([a, one], index) => {
    for (const [b, two] of boxes.slice(index + 1)) {
      const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      if (wide <= 2) continue;
      const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (high > 2 && layer(a) === layer(b)) meet(a, b, wide, high / Math.min(one.height, two.height));
    }
  });
  pairs(touchable.map((e) => [e, visible(e)]), (a, b) => {
    if (!a.contains(b) && !b.contains(a) && !a.closest("label")?.contains(b)) problems.push(`overlap: ${name(a)} and ${name(b)}`);
  });
  // A line of words on a line of words; the leading of two lines may touch.
  pairs(lines.filter(([e, box]) => !e.closest("svg") && hider(e, box) === null && !squeezed(e)), (a, b, wide, share) => {
    if (a !== b && share > 0.45) problems.push(`overlap: words of ${name(a)} and ${name(b)}`);
  });

  // A thumb needs 40; what lies in a line of words is spared.
  if (room < 720) {
    for (const e of touchable.filter((e) => e.matches(".button, summary, select, .input, .nav-row, .menu__item, .tabs__tab, .segment a"))) {
      const box = e.getBoundingClientRect();
      if (Math.round(box.width) < 40) problems.push(`small: ${name(e)} is ${Math.round(box.width)} wide`);
      if (Math.round(box.height) < 40 && !e.matches("p .button--link")) problems.push(`small: ${name(e)} is ${Math.round(box.height)} high`);
    }
  }

  for (const e of document.querySelectorAll("img")) if (shown(e) && !e.naturalWidth) problems.push(`picture: ${e.currentSrc} did not come`);
  return problems;

  // What of it can be touched: without what the boxes around it hide.
  function visible(e) {
    let { left, top, right, bottom } = e.getBoundingClientRect();
    for (let a = holder(e); a && a !== document.body; a = holder(a)) {
      const style = getComputedStyle(a);
      const box = a.getBoundingClientRect();
      if (style.overflowX !== "visible") [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      if (style.overflowY !== "visible") [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
    }
    return { left, top, right, bottom, height: bottom - top };
  }

  // Behind an ellipsis the words go on unseen.
  function squeezed(e) {
    for (let a = e; a && a !== document.body; a = a.parentElement) {
      const style = getComputedStyle(a);
      if (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none" || ["auto", "scroll"].includes(style.overflowX)) return true;
    }
    return false;
  }
})();
