// Requests to the server, each given up after five seconds. Shared by the page and the service worker.
import { hmac, sha256 } from "./signing.js";

export const TIMEOUT = 5000;
const CATALOGUE_TIMEOUT = 30000;

// Why a request proved nothing: "unreachable" (no answer in time, or none of ours), "refused" (unknown key) or
// "login" (nobody of the team is signed in on this device any more: what is sold waits here) or "epoch" (the server was
// restored from a backup: it must first be told what it lost).
export class ServerProblem extends Error {
  constructor(kind, detail = "") {
    super(`${kind} ${detail}`.trim());
    this.kind = kind;
  }
}

// A request signed with the till's key: `Authorization: Till <key id> <hmac of method, address and body>`.
export async function signedRequest(key, method, address, data, { headers = {}, timeout = TIMEOUT } = {}) {
  const body = data === undefined ? "" : JSON.stringify(data);
  const mac = await hmac(key.key, `${method}\n${address}\n${await sha256(body)}`);
  const response = await send(address, {
    method,
    body: body || undefined,
    credentials: "omit",
    headers: { ...headers, "Content-Type": "application/json", Authorization: `Till ${key.id} ${mac}` },
  }, timeout);
  if (response.status === 401) throw new ServerProblem(await whyRefused(response));
  return response;
}

// Only our own words count: a portal that asks for a password is no answer.
async function whyRefused(response) {
  const { error } = await readJson(response);
  return { login_expired: "login", unknown_till_key: "refused" }[error] ?? "unreachable";
}

export async function signedJson(key, method, address, data) {
  const response = await signedRequest(key, method, address, data);
  if (response.ok) return readJson(response);
  const reborn = response.status === 409 && (await readJson(response)).error === "epoch_changed";
  throw new ServerProblem(reborn ? "epoch" : "unreachable", String(response.status));
}

export function fetchCatalogue(key, etag) {
  const headers = etag ? { "If-None-Match": etag } : {};
  return signedRequest(key, "GET", "/sync/catalogue", undefined, { headers, timeout: CATALOGUE_TIMEOUT });
}

// A request of the person signed in (cookie), with `data` as JSON or `form` as URLSearchParams: the answer and its JSON, {}
// when it has none.
export async function personRequest(address, { method = "GET", csrf, data, form, timeout = TIMEOUT } = {}) {
  const headers = { Accept: "application/json" };
  if (csrf) headers["X-CSRFToken"] = csrf;
  if (data) headers["Content-Type"] = "application/json";
  const response = await send(address, { method, headers, body: form ?? (data && JSON.stringify(data)), redirect: "error" }, timeout);
  return { status: response.status, data: response.status === 204 ? {} : await readJson(response) };
}

async function send(address, options, timeout) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeout);
  try {
    // The same id stands in the server's log, and in that of whatever this request sets going.
    const headers = { ...options.headers, "X-Correlation-Id": crypto.randomUUID() };
    const response = await fetch(address, { ...options, headers, cache: "no-store", signal: controller.signal });
    // The body too must come in time: a captive or dying network may stop in the middle.
    const body = await response.arrayBuffer();
    const empty = [204, 304].includes(response.status);
    return new Response(empty ? null : body, { status: response.status, headers: response.headers });
  } catch (error) {
    throw new ServerProblem("unreachable", error.name);
  } finally {
    clearTimeout(timer);
  }
}

export async function readJson(response) {
  try {
    const data = await response.json();
    if (data && typeof data === "object") return data;
  } catch {
    // Not ours: a portal's page, a proxy's error.
  }
  throw new ServerProblem("unreachable", "not JSON");
}
