// What a till keeps in IndexedDB, one database per till: its journal, its catalogue, and a few facts about itself.
// Shared by the page and the service worker.
import { openDB } from "/static/vendor/idb-8.0.4/idb.js";

const VERSION = 1;
export const PREFIX = "bourse-till-";

// Stores: `journal` by seq (state: local | confirmed | conflict | quarantined; `key`: id of the key that signed it),
// `overlay` by code (items newer than the catalogue), `meta` by name (key, keys, session, seq, catalogue, clock…).
export function openStore(tillId) {
  return openDB(PREFIX + tillId, VERSION, {
    upgrade(database) {
      const journal = database.createObjectStore("journal", { keyPath: "seq" });
      journal.createIndex("state", "state");
      journal.createIndex("uuid", "uuid", { unique: true });
      database.createObjectStore("overlay", { keyPath: "code" });
      database.createObjectStore("meta");
    },
    // A newer version of the page wants to upgrade: let it.
    blocking: (_current, _blocked, event) => event.target.close(),
  });
}

// A transaction that is on the disk, not only promised, when it completes.
export function durable(database, stores) {
  return database.transaction(stores, "readwrite", { durability: "strict" });
}

export async function readMeta(database, names) {
  const transaction = database.transaction("meta");
  const values = await Promise.all(names.map((name) => transaction.store.get(name)));
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

// Entries not confirmed yet, oldest first.
export function pendingEntries(database, limit) {
  return database.getAllFromIndex("journal", "state", "local", limit);
}

// How many entries wait, and the moment of the oldest (ms) or null.
export async function pendingState(database) {
  const transaction = database.transaction("journal");
  const index = transaction.store.index("state");
  const [count, oldest] = await Promise.all([index.count("local"), index.get("local")]);
  return { count, oldest: oldest ? Date.parse(oldest.entry.at) : null };
}
