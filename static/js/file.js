// A file field says what was chosen and takes files that are dropped on it.

for (const field of document.querySelectorAll("[data-file]")) {
  const input = field.querySelector("input[type=file]");
  const names = field.querySelector("[data-file-names]");
  const nothing = names.textContent;
  const tell = () => {
    names.textContent = [...input.files].map((file) => file.name).join(", ") || nothing;
  };
  input.addEventListener("change", tell);
  for (const kind of ["dragenter", "dragover"]) {
    field.addEventListener(kind, (event) => {
      event.preventDefault();
      field.classList.add("file--over");
    });
  }
  for (const kind of ["dragleave", "drop"]) field.addEventListener(kind, () => field.classList.remove("file--over"));
  field.addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = new DataTransfer();
    [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1).forEach((file) => dropped.items.add(file));
    input.files = dropped.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
