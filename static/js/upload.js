// One picture to the server, with its progress: {id, url}, or {error} in the reader's language.

export function upload(form, file, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.set("client", form.elements.client.value);
    body.set("csrf_token", form.elements.csrf_token.value);
    body.set("file", file);
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.onloadend = () => {
      const answer = request.response;
      done(answer?.id || answer?.error ? answer : { error: form.dataset.failed });
    };
    request.open("POST", form.dataset.media);
    request.send(body);
  });
}
