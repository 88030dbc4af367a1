// The composer while she writes: previews, and the channels that are chosen.

const form = document.querySelector("[data-compose]");
if (form) start();

function start() {
  const text = form.querySelector("[data-text-field]");
  const show = () => {
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
