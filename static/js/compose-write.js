// The composer while she writes: counters as each network counts, previews, chosen channels. The server's word counts; this only mirrors.

const LINK = /(?<![\p{L}\p{N}@#/_])https?:\/\/(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?::\d+)?(?:[/?#](?:[^\s<>"'()]|\([^\s<>"'()]*\))*)?(?<![.,:;!?…»”’*~])/giu;
const MENTION = /(?<![\p{L}\p{N}_/])@([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)@[a-z0-9][a-z0-9.-]*[a-z0-9]/gi;

const form = document.querySelector("[data-compose]");
if (form) start();

function start() {
  const text = form.querySelector("[data-text-field]");
  const show = () => {
    for (const counter of form.querySelectorAll("[data-counter]")) count(counter, text.value);
    for (const place of form.querySelectorAll("[data-preview-text]")) place.textContent = text.value;
  };
  const choose = () => {
    const chosen = new Set([...form.querySelectorAll("[name=channels]:checked")].map((box) => box.value));
    for (const one of form.querySelectorAll("li[data-counter], [data-preview]")) {
      one.hidden = !chosen.has(one.dataset.counter ?? one.dataset.preview);
    }
  };
  text.addEventListener("input", show);
  form.addEventListener("change", (event) => event.target.name === "channels" && choose());
  show();
  choose();
}

function count(counter, text) {
  const link = Number(counter.dataset.link);
  const most = Number(counter.dataset.most);
  const short = link ? text.replace(LINK, "x".repeat(link)).replace(MENTION, "@$1") : text;
  const size = graphemes(short);
  counter.querySelector("[data-size]").textContent = size.toLocaleString(document.documentElement.lang);
  counter.classList.toggle("counter--bad", size > most);
  counter.classList.toggle("counter--wait", size <= most && size >= most * 0.9);
}

function graphemes(text) {
  return [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].length;
}
