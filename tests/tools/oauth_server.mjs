// oauth2-mock-server behind a page on which a person says yes or no, with accounts behind its tokens. Prints its address.
// POST /_next {"status", "body"}: the next answer about a token. GET /_seen: the token requests so far.
import { createServer } from "node:http";
import { OAuth2Server } from "oauth2-mock-server";

const mock = new OAuth2Server();
await mock.issuer.keys.generate("RS256");
const seen = [];
let next = null, scope = "";
const ACCOUNTS = [
  { id: "11", name: "Bakkerij Bloem", about: "Page" },
  { id: "12", name: "Bloem Catering", about: "Page" },
  { id: "13", name: "Nadia Bloem", about: "Person", why_not: "This is a personal account, and only pages can be posted to." },
];

mock.service.on("beforeAuthorizeRedirect", (_, request) => { scope = String(request.query.scope ?? ""); });
mock.service.on("beforeResponse", (answer, request) => {
  seen.push({ ...request.body, authorization: request.headers.authorization ?? "" });
  answer.body.scope = scope;
  if (next) { answer.statusCode = next.status; answer.body = next.body; next = null; }
});

const html = (answer, body) => answer.writeHead(200, { "Content-Type": "text/html" }).end(`<!doctype html><title>Circles</title>${body}`);
const json = (answer, body, status = 200) => answer.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

function login(url, answer) {
  const no = new URL(url.searchParams.get("redirect_uri"));
  no.searchParams.set("error", "access_denied");
  no.searchParams.set("state", url.searchParams.get("state"));
  html(answer, `<h1>Circles</h1><a id="yes" href="${quoted("/authorize" + url.search)}">Yes</a> <a id="no" href="${quoted(no.href)}">No</a>`);
}

const server = createServer((request, answer) => {
  const url = new URL(request.url, "http://127.0.0.1");
  if (url.pathname === "/login") return login(url, answer);
  if (url.pathname === "/_seen") return json(answer, seen);
  if (url.pathname === "/accounts") {
    const known = (request.headers.authorization ?? "").startsWith("Bearer ey");
    return json(answer, known ? ACCOUNTS : { error: "no" }, known ? 200 : 401);
  }
  if (url.pathname !== "/_next") return mock.service.requestHandler(request, answer);
  let sent = "";
  request.on("data", (piece) => { sent += piece; });
  request.on("end", () => { next = JSON.parse(sent); json(answer, {}); });
});
server.listen(0, "127.0.0.1", () => {
  mock.issuer.url = `http://127.0.0.1:${server.address().port}`;
  console.log(mock.issuer.url);
});
