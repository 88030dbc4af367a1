// One file to the server, with its progress: {id, url}, or {error} in the reader's language. `cancel` calls it off: {}.

export function upload(form, file, progress) {
  const [most, sentence] = JSON.parse(form.dataset.limits)[file.type.startsWith("video/") ? "video" : "picture"];
  if (file.size > most) return { answer: Promise.resolve({ error: sentence.replace("{file}", file.name) }), cancel() {} };
  const request = new XMLHttpRequest();
  const answer = new Promise((done) => {
    const to = new URLSearchParams({ client: form.elements.client.value, name: file.name });
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.onabort = () => done({});
    request.onloadend = () => {
      const found = request.response;
      done(found?.id || found?.error ? found : { error: form.dataset.failed });
    };
    request.open("POST", `${form.dataset.media}?${to}`);
    request.setRequestHeader("X-CSRF-Token", form.elements.csrf_token.value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });
  return { answer, cancel: () => request.abort() };
}
