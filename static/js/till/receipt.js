// What a receipt says of a sale. Pure: the same words on paper, on the screen and in its QR code.
import { shortName, tillName } from "./codes.js";
import { goneLines, lineName } from "./lines.js";
import { euros } from "./money.js";
import { changeDue, describe, METHOD_NAMES } from "./payment.js";

const moment = new Intl.DateTimeFormat("fr-FR", { dateStyle: "short", timeStyle: "short", timeZone: "Europe/Paris" });
// A QR code that a phone still reads on a screen.
const QR_BYTES = 800;

// C1-00042: the till and its number in the journal, never used twice.
export function receiptNumber(place, seq) {
  return `${place ? tillName(place) : "C?"}-${String(seq).padStart(5, "0")}`;
}

// `sale`: a record of the journal with its `voids`. Returns what to print, each sum in cents.
export function receiptOf(sale, { place, catalogue, duplicate }) {
  const { entry, seq, voids } = sale;
  const gone = goneLines(sale);
  const lines = entry.lines.map((line, place) => ({
    name: lineName(line, catalogue) || "Article",
    detail: line.code ? shortName(line.code) : "",
    price: line.price,
    voided: gone.includes(place),
  }));
  const number = receiptNumber(place, seq);
  return {
    association: "ALPE",
    edition: place?.edition ?? "",
    where: place?.where ?? "",
    number,
    at: moment.format(Date.parse(entry.at)),
    marks: [
      ...(duplicate ? ["DUPLICATA"] : []),
      ...(place?.training ? ["ENTRAÎNEMENT – sans valeur"] : []),
      ...(entry.online === false ? [`Vente hors connexion, n° ${number}`] : []),
    ],
    lines,
    total: entry.total,
    payments: entry.payments.map(({ method, amount, tendered }) => ({ name: METHOD_NAMES[method], amount: tendered ?? amount })),
    change: changeDue(entry.payments),
    voids: voids.map(({ at, refunds }) => ({
      at: moment.format(Date.parse(at)),
      amount: refunds.reduce((sum, { amount }) => sum + amount, 0),
      how: describe(refunds),
    })),
  };
}

// In few words, for a QR code: the lines one by one while they fit.
export function receiptText(receipt) {
  const { association, edition, where, number, at, marks, lines, total, payments, change, voids } = receipt;
  const head = [[association, edition].filter(Boolean).join(" - "), where, `Ticket ${number} - ${at}`, ...marks];
  const told = lines.map(({ name, detail, price, voided }) =>
    [name, detail, euros(price), voided ? "(annulé)" : ""].filter(Boolean).join(" "));
  const tail = [
    `TOTAL ${euros(total)}`,
    ...payments.map(({ name, amount }) => `${name} ${euros(amount)}`),
    ...(change ? [`Rendu ${euros(change)}`] : []),
    ...voids.map(({ at: when, amount, how }) => `Annulé le ${when} : rendu ${euros(amount)} (${how})`),
  ];
  const text = (middle) => [...head, ...middle, ...tail].filter(Boolean).join("\n").replaceAll("\u00a0", " ");
  const whole = text(told);
  const bytes = new TextEncoder().encode(whole).length;
  return bytes <= QR_BYTES ? whole : text([`${lines.length} articles`]);
}
