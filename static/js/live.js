// <section id="day" data-live="/today/day" data-every="5"> is asked again while the page is visible, and replaced when it differs.
// What is new among its data-told is said to those who listen.

const MOST = 3;
const last = new Map();
const told = new Map();

for (const region of document.querySelectorAll("[data-live]")) follow(region.id, Number(region.dataset.every) * 1000);

function follow(id, every) {
  last.set(id, document.getElementById(id).innerHTML);
  told.set(id, tellings(document.getElementById(id)));
  let timer;
  let asking = false;
  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden || asking) return;
    asking = true;
    await renew(id);
    asking = false;
    timer = setTimeout(ask, every);
  };
  timer = setTimeout(ask, every);
  document.addEventListener("visibilitychange", ask);
}

// Someone who is inside (focus, an open menu) is not disturbed: it waits for the next turn.
async function renew(id) {
  const region = document.getElementById(id);
  if (region.querySelector("details[open]") || region.querySelector("form[data-sent]")) return;
  try {
    const answer = await fetch(region.dataset.live, { headers: { "X-Live": "1" }, redirect: "error" });
    region.toggleAttribute("data-stale", !answer.ok);
    if (answer.ok) put(region, await answer.text());
  } catch {
    region.setAttribute("data-stale", "");
  }
}

function put(region, html) {
  const next = new DOMParser().parseFromString(html, "text/html").getElementById(region.id);
  if (!next || next.innerHTML === last.get(region.id)) return;
  last.set(region.id, next.innerHTML);
  const focused = region.contains(document.activeElement) ? document.activeElement.id : null;
  const now = tellings(next);
  region.replaceChildren(...next.childNodes);
  if (focused) document.getElementById(focused)?.focus();
  say(region.id, now);
}

function tellings(place) {
  const found = [place, ...place.querySelectorAll("[data-told]")];
  return new Set(found.map((one) => one.dataset.told).filter(Boolean));
}

function say(id, now) {
  const news = [...now].filter((one) => !told.get(id).has(one)).slice(0, MOST);
  told.set(id, now);
  if (news.length) document.querySelector("[data-said]").textContent = news.join(". ");
}
