// The till's journal: numbered without a gap, signed, written before anybody is told "encaissé".
import { canonical, hmac, sha256 } from "./signing.js";
import { durable } from "./store.js";

export const FORMAT = 2;

// Another page wrote to this journal meanwhile: nothing was stored, nothing may be shown as paid.
export class JournalMoved extends Error {}

// Write one entry ({kind, …body}) and what it changes in the catalogue, all or nothing, on disk when it resolves.
// `facts`: {tillId, session, by, key, lastSeq, at, clock}. Returns the stored record.
export async function append(database, facts, body, changedItems) {
  const seq = facts.lastSeq + 1;
  const entry = {
    v: FORMAT,
    uuid: crypto.randomUUID(),
    till: facts.tillId,
    seq,
    session: facts.session,
    at: new Date(facts.at).toISOString(),
    clock: facts.clock,
    by: facts.by,
    ...body,
  };
  const payload = canonical(entry);
  const [hash, mac] = await Promise.all([sha256(payload), hmac(facts.key.key, payload)]);
  const record = { seq, uuid: entry.uuid, kind: entry.kind, state: "local", key: facts.key.id, payload, hash, mac, entry };

  // From here to `done` nothing but this database is awaited: a transaction does not wait for strangers. All is asked
  // at once, for each answer takes a slow computer its time; the number is answered before anything is written.
  const transaction = durable(database, ["journal", "overlay", "meta"]);
  const [journal, overlay, meta] = ["journal", "overlay", "meta"].map((name) => transaction.objectStore(name));
  const before = meta.get("seq");
  const writes = [
    journal.add(record),
    meta.put(seq, "seq"),
    meta.put(facts.at, "lastAt"),
    ...(entry.kind === "sale" ? [meta.delete("basket")] : []),
    ...changedItems.map((item) => overlay.put(item)),
  ];
  const moved = ((await before) ?? 0) !== facts.lastSeq;
  if (moved) transaction.abort();
  await Promise.allSettled([...writes, transaction.done]);
  if (moved) throw new JournalMoved();
  await transaction.done;
  return record;
}

// The latest sales of this till, newest first, each with the codes voided since.
export async function recentSales(database, count) {
  const records = await database.getAll("journal", IDBKeyRange.lowerBound(0));
  const voided = new Map();
  for (const { kind, entry } of records) {
    if (kind !== "void") continue;
    voided.set(entry.sale, [...(voided.get(entry.sale) ?? []), entry]);
  }
  return records
    .filter((record) => record.kind === "sale")
    .slice(-count)
    .reverse()
    .map((record) => ({ ...record, voids: voided.get(record.uuid) ?? [] }));
}
