// A sale's receipt: shown with a QR code to photograph, printed on a roll or on A4.
import { generate } from "/static/vendor/lean-qr-2.7.4/lean-qr.js";
import { $, el } from "./dom.js";
import { recentSales } from "./journal.js";
import { euros } from "./money.js";
import { receiptOf, receiptText } from "./receipt.js";

const A4 = "@page { size: A4; margin: 15mm; }";
const MM = 25.4 / 96;
// What a roll printer leaves white under the last line (mm).
const FOOT = 6;

export function installReceipt(counter) {
  const view = new ReceiptView(counter.till);
  $("open-receipt").addEventListener("click", () => view.open(counter.last));
  counter.addEventListener("receipt", ({ detail }) => view.open(detail));
  counter.addEventListener("sold", ({ detail }) => view.sold(detail));
}

class ReceiptView {
  #till;
  #dialog = $("receipt");
  #sale = null;
  // The size of the sheet, said to the browser just before it prints.
  #page = new CSSStyleSheet();

  constructor(till) {
    this.#till = till;
    document.adoptedStyleSheets.push(this.#page);
    $("receipt-form").addEventListener("change", () => this.#keepSettings());
    $("receipt-print").addEventListener("click", () => this.#print());
    window.addEventListener("afterprint", () => delete document.body.dataset.printing);
    this.#showSettings();
  }

  async open(record) {
    this.#sale = await withVoids(this.#till.database, record);
    await this.#draw();
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  // By itself only where somebody asked for it.
  async sold(record) {
    if (!(await this.#settings()).auto) return;
    this.#sale = { ...record, voids: [] };
    await this.#print();
  }

  async #draw() {
    const receipt = receiptOf(this.#sale, {
      place: this.#till.place,
      catalogue: this.#till.catalogue,
      duplicate: (await this.#printed()).includes(this.#sale.seq),
    });
    for (const place of document.querySelectorAll("[data-receipt-paper]")) place.replaceChildren(...paper(receipt));
    const code = generate(receiptText(receipt), { minCorrectionLevel: 0 });
    code.toCanvas($("receipt-qr"), { on: [0, 0, 0, 255], off: [255, 255, 255, 255], padX: 4, padY: 4 });
  }

  async #print() {
    const { seq } = this.#sale;
    await this.#draw();
    const { paper: size } = await this.#settings();
    document.body.dataset.printing = size;
    this.#page.replaceSync(size === "a4" ? A4 : roll($("receipt-print-paper")));
    window.print();
    const printed = await this.#printed();
    if (!printed.includes(seq)) await this.#till.database.put("meta", [...printed, seq], "printed");
  }

  async #printed() {
    return (await this.#till.database.get("meta", "printed")) ?? [];
  }

  async #settings() {
    return { paper: "80", auto: false, ...(await this.#till.database.get("meta", "receipt")) };
  }

  async #showSettings() {
    const { paper: size, auto } = await this.#settings();
    $("receipt-form").elements.paper.value = size;
    $("receipt-form").elements.auto.checked = auto;
  }

  #keepSettings() {
    const { paper: size, auto } = $("receipt-form").elements;
    return this.#till.database.put("meta", { paper: size.value, auto: auto.checked }, "receipt");
  }
}

// What was taken back since, whatever the age of the sale.
async function withVoids(database, record) {
  const sales = await recentSales(database, Infinity);
  return sales.find(({ uuid }) => uuid === record.uuid);
}

// As long as what is written, so that no paper is wasted: measured at its printed width.
function roll(node) {
  node.classList.add("receipt--measured");
  const height = Math.ceil(node.getBoundingClientRect().height * MM) + FOOT;
  node.classList.remove("receipt--measured");
  return `@page { size: 80mm ${height}mm; margin: 0; }`;
}

function paper({ association, edition, where, number, at, marks, lines, total, payments, change, voids }) {
  const row = (name, sum, kind = "") => el("p", { class: `receipt__row ${kind}` }, el("span", {}, name), el("span", {}, euros(sum)));
  return [
    el("p", { class: "receipt__title" }, association),
    ...[edition, where].filter(Boolean).map((text) => el("p", { class: "receipt__centre" }, text)),
    ...marks.map((text) => el("p", { class: "receipt__mark" }, text)),
    el("p", { class: "receipt__row receipt__head" }, el("span", {}, `Ticket ${number}`), el("span", {}, at)),
    ...lines.flatMap(({ name, detail, price, voided }) =>
      row([name, detail].filter(Boolean).join(" ") + (voided ? " (annulé)" : ""), price, voided ? "receipt__row--voided" : "")),
    row("TOTAL", total, "receipt__total"),
    ...payments.map(({ name, amount }) => row(name, amount)),
    ...(change ? [row("Rendu", change)] : []),
    ...voids.map(({ at: when, amount, how }) => el("p", { class: "receipt__mark" }, `Annulé le ${when} : ${euros(amount)} rendus (${how})`)),
    el("p", { class: "receipt__centre receipt__foot" }, "Merci, et à bientôt !"),
  ];
}
