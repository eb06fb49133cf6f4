// Whether what this till wrote and what the server holds are the same: count, sum, gaps and a digest of every entry.
import { signedJson } from "./server.js";
import { sha256 } from "./signing.js";
import { durable, readMeta } from "./store.js";

const UNDERSTOOD = ["confirmed", "conflict"];

// Compare the journal of each key this browser signed with. What the server lacks becomes "local" again, to be sent.
// Resolves to {agrees, resend, epoch}: `resend` counts the entries that wait again. Agreement is only meant while nothing
// waits.
export async function reconcile(database) {
  const records = await database.getAll("journal");
  const { key, keys = {} } = await readMeta(database, ["key", "keys"]);
  const signers = new Set([key.id, ...records.map((record) => record.key ?? key.id)]);
  let agrees = true;
  let resend = 0;
  let epoch = null;
  for (const signer of signers) {
    const own = records.filter((record) => (record.key ?? key.id) === signer);
    const answer = await compare(keys[signer] ?? key, own);
    epoch = answer.epoch;
    if (answer.agrees) continue;
    agrees = false;
    resend += await sendAgain(database, own, answer.missing);
  }
  return { agrees, resend, epoch };
}

async function compare(key, records) {
  const summary = await summarise(records);
  const answer = await signedJson(key, "POST", "/sync/reconciliation", summary);
  if (answer.agrees !== false) return answer;
  return signedJson(key, "POST", "/sync/reconciliation", { ...summary, hashes: records.map(({ hash }) => hash) });
}

// The same figures as the server's `summarise` (app/sales/reconciliation_rules.py), and the numbers that are missing.
export async function summarise(records) {
  const understood = records.filter(({ state }) => UNDERSTOOD.includes(state));
  return {
    count: understood.length,
    sum: understood.reduce((sum, { kind, entry }) => sum + (kind === "void" ? -entry.total : entry.total), 0),
    digest: await sha256(understood.map(({ hash }) => hash).sort().join("\n")),
    // What was written meanwhile waits to be sent: no difference.
    quarantined: records.filter(({ state }) => state === "quarantined").length,
    gaps: gaps(records.map(({ seq }) => seq)),
  };
}

function gaps(seqs) {
  const sorted = seqs.toSorted((one, other) => one - other);
  return sorted.flatMap((seq, index) => {
    const missing = index ? seq - sorted[index - 1] - 1 : 0;
    return Array.from({ length: missing }, (_, step) => sorted[index - 1] + step + 1);
  });
}

async function sendAgain(database, records, missing) {
  const lacking = new Set(missing);
  const again = records.filter(({ hash }) => lacking.has(hash));
  const transaction = durable(database, ["journal"]);
  for (const record of again) transaction.store.put({ ...record, state: "local" });
  await transaction.done;
  return again.length;
}
