// The last sale in a small line under the next customer's: total, given, change; large again on demand.
import { $, hour } from "./dom.js";
import { recentSales } from "./journal.js";
import { euros } from "./money.js";
import { changeDue, paidHow } from "./payment.js";

export function installLastSale(counter) {
  counter.addEventListener("sold", ({ detail }) => show(counter, detail));
  counter.addEventListener("voided", () => recall(counter));
  counter.addEventListener("last", () => again(counter));
  $("last-sale").addEventListener("click", () => again(counter));
  recall(counter);
}

// After a restart in the middle of giving change, the sum is not lost; after a void, what was given back is told.
async function recall(counter) {
  const [sale] = await recentSales(counter.till.database, 1);
  const overtaken = counter.last && counter.last.uuid !== sale?.uuid;
  if (sale && !overtaken && sale.entry.session === counter.till.session?.uuid) show(counter, sale);
}

function show(counter, record) {
  counter.last = record;
  const { at, total, payments } = record.entry;
  const back = (record.voids ?? []).reduce((sum, entry) => sum + entry.total, 0);
  const given = payments.reduce((sum, { amount, tendered }) => sum + (tendered ?? amount), 0);
  const change = changeDue(payments);
  const words = change ? `${euros(total)}, donné ${euros(given)}, rendu ${euros(change)}` : `${euros(total)} ${paidHow(payments)}`;
  $("last-sale").hidden = false;
  $("last-sale-at").textContent = `Vente de ${hour(Date.parse(at))}`;
  $("last-sale-what").textContent = back ? `${words} · ${euros(back)} rendus par annulation` : words;
}

function again(counter) {
  if (counter.last && !counter.till.saving) counter.payment.done(counter.last);
}
