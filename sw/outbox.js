// Sends a till's journal, oldest first, one request in flight. Shared by the page and the service worker.
import { ServerProblem, signedJson } from "/static/js/till/server.js";
import { durable, pendingEntries, readMeta } from "/static/js/till/store.js";

const BATCH = 25;
const STATES = { confirmed: "confirmed", confirmed_conflict: "conflict", quarantined: "quarantined" };

// Send until nothing is left; resolves to the records that got their verdict. Throws ServerProblem when the server
// cannot be reached or proves nothing: everything unproved is sent again next time, with the same uuid.
// A server that was restored takes nothing ("epoch") until it was told what it lost, so that a sale comes before its void.
export function flush(database, tillId, onSettled = () => {}) {
  return navigator.locks.request(`bourse-outbox-${tillId}`, async () => {
    const { key, keys = {}, epoch } = await readMeta(database, ["key", "keys", "epoch"]);
    const settled = [];
    for (;;) {
      const waiting = await pendingEntries(database, BATCH);
      if (!waiting.length || !key) return settled;
      // An entry goes under the key that signed it, also after this browser was given another one.
      const signer = waiting[0].key ?? key.id;
      const entries = waiting.filter((record) => (record.key ?? key.id) === signer);
      const proved = await send(keys[signer] ?? key, epoch, entries);
      const records = await settle(database, proved);
      settled.push(...records);
      onSettled(records);
    }
  });
}

async function send(key, epoch, entries) {
  const batch = entries.map(({ uuid, hash, payload, mac }) => ({ uuid, hash, payload, mac }));
  const answer = await signedJson(key, "POST", "/sync/journal", { entries: batch, epoch });
  const proved = matchVerdicts(entries, answer.verdicts);
  if (!proved.length) throw new ServerProblem("unreachable", "no verdict of ours");
  return proved;
}

// Only a verdict that echoes uuid and hash proves that the server holds the entry.
export function matchVerdicts(entries, verdicts) {
  if (!Array.isArray(verdicts)) return [];
  const sent = new Map(entries.map((record) => [`${record.uuid} ${record.hash}`, record]));
  return verdicts.flatMap((verdict) => {
    const record = sent.get(`${verdict?.uuid} ${verdict?.hash}`);
    const state = STATES[verdict?.verdict];
    return record && state ? [{ ...record, state, status: verdict.status, details: verdict.details }] : [];
  });
}

async function settle(database, records) {
  const transaction = durable(database, ["journal"]);
  for (const record of records) transaction.store.put(record);
  await transaction.done;
  return records;
}
