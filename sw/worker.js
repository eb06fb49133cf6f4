// The till's service worker: keeps the page and its files for when there is no server, and sends what is queued.
import { flush } from "./outbox.js";
import { PREFIX, openStore, readMeta } from "/static/js/till/store.js";

const CACHE = "bourse-till-";
// As in static/js/till/update.js: a page of this version is open.
const VERSION_LOCK = "bourse-version-";
const GUIDE = "/till/guide";
// Where the installed app starts.
const HOME = "/till/";
const PATIENCE = 5000;
const KEPT = ["/static/", "/sw/", "/aide/img/"];
const TILL_PAGE = /^\/till\/\d+$/;

// `version` names the files; `shell` is the page of every till; `files` are all addresses it needs, each with the digest of
// what it must hold.
export function keepTill({ version, shell, files }) {
  const name = CACHE + version;

  self.addEventListener("install", (event) => event.waitUntil(precache(name, Object.entries(files))));
  self.addEventListener("activate", (event) => event.waitUntil(forgetOthers(name).then(() => self.clients.claim())));
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) return;
    if (request.mode === "navigate") {
      if (TILL_PAGE.test(url.pathname)) event.respondWith(fromCache(name, shell, request));
      else if (url.pathname === HOME) event.respondWith(homeOrTill(request));
      else if (url.pathname === GUIDE) event.respondWith(fromCache(name, request, request));
    } else if (KEPT.some((folder) => url.pathname.startsWith(folder))) {
      event.respondWith(fromCache(name, request, request));
    }
  });
  // The page asks for the new version when its basket is empty.
  self.addEventListener("message", (event) => {
    if (event.data === "take-over") self.skipWaiting();
    if (event.data === "tidy") event.waitUntil(forgetOthers(name));
  });
  self.addEventListener("sync", (event) => {
    if (event.tag === "journal") event.waitUntil(flushAll());
  });
}

// All or nothing: one file that is missing, redirected, not 200 or of another version (it was replaced meanwhile) fails the
// install, and the old worker goes on.
async function precache(name, files) {
  const responses = await Promise.all(
    files.map(async ([address, integrity]) => {
      const response = (integrity && (await stillHere(address, integrity))) || (await fetchFile(address, integrity));
      return [address, response];
    }),
  );
  const cache = await caches.open(name);
  await Promise.all(responses.map(([address, response]) => cache.put(address, response)));
}

// What the page has just loaded, or an earlier version needed, does not travel again: its digest says that it is the one.
async function stillHere(address, integrity) {
  const response = await fetch(address, { cache: "only-if-cached", mode: "same-origin", integrity }).catch(() => null);
  return response?.status === 200 ? response : null;
}

async function fetchFile(address, integrity) {
  const response = await fetch(address, { cache: "reload", redirect: "error", integrity });
  if (response.status !== 200 || response.redirected) throw new Error(`${address}: ${response.status}`);
  return response;
}

async function fromCache(name, key, request) {
  const cache = await caches.open(name);
  // What is kept is the same for everybody, whatever headers it was asked for with. A page of an earlier version may
  // still need a file that this version no longer has.
  const kept = (await cache.match(key, { ignoreVary: true })) ?? (await caches.match(key, { ignoreVary: true }));
  return kept ?? fetch(request);
}

// The list of tills needs the server; without it, the till that sold here last.
async function homeOrTill(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    const id = await lastTill();
    return id ? Response.redirect(`${HOME}${id}`) : Response.error();
  }
}

async function lastTill() {
  const found = await Promise.all(
    (await tillIds()).map(async (id) => {
      const database = await openStore(id);
      const { key, lastAt = 0 } = await readMeta(database, ["key", "lastAt"]);
      database.close();
      return { id, lastAt, known: Boolean(key) };
    }),
  );
  return found.filter(({ known }) => known).sort((one, other) => other.lastAt - one.lastAt)[0]?.id;
}

// Versions that no page uses any more. One that is about to come is used by none yet.
async function forgetOthers(name) {
  if (self.registration.waiting || self.registration.installing) return;
  const { held } = await self.navigator.locks.query();
  const used = new Set([name, ...held.map((lock) => lock.name.replace(VERSION_LOCK, CACHE))]);
  const names = await caches.keys();
  await Promise.all(names.filter((each) => each.startsWith(CACHE) && !used.has(each)).map((each) => caches.delete(each)));
}

async function tillIds() {
  const databases = await indexedDB.databases();
  return databases.flatMap(({ name }) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
}

async function flushAll() {
  for (const tillId of await tillIds()) {
    const database = await openStore(tillId);
    try {
      await flush(database, tillId);
    } finally {
      database.close();
    }
  }
}
