// Sends a till's journal, oldest first, one request in flight. Shared by the page and the service worker.
import { ServerProblem, signedJson } from "/static/js/till/server.js";
import { durable, pendingEntries, readMeta } from "/static/js/till/store.js";

const BATCH = 25;
const STATES = { confirmed: "confirmed", confirmed_conflict: "conflict", quarantined: "quarantined" };

// Send until nothing is left; resolves to the records that got their verdict. Throws ServerProblem when the server
// cannot be reached or proves nothing: everything unproved is sent again next time, with the same uuid.
export function flush(database, tillId, onSettled = () => {}) {
  return navigator.locks.request(`bourse-outbox-${tillId}`, async () => {
    const { key } = await readMeta(database, ["key"]);
    const settled = [];
    for (;;) {
      const entries = await pendingEntries(database, BATCH);
      if (!entries.length || !key) return settled;
      const proved = await send(key, entries);
      const records = await settle(database, proved);
      settled.push(...records);
      onSettled(records);
    }
  });
}

async function send(key, entries) {
  const batch = entries.map(({ uuid, hash, payload, mac }) => ({ uuid, hash, payload, mac }));
  const answer = await signedJson(key, "POST", "/sync/journal", { entries: batch });
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
