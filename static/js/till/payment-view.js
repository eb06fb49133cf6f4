// The right side: choosing how the customer pays, the change, and the sale just made.
import { $, el } from "./dom.js";
import { euros, parseEuros } from "./money.js";
import { changeDue, METHOD_NAMES, METHODS, paidHow, splitPayment, wholePayment } from "./payment.js";

const NOTES = [500, 1000, 2000, 5000];
// What to look at before the money is taken for good.
const CHECKS = {
  card: "Vérifiez que le paiement est accepté, puis encaissez.",
  cheque: "Vérifiez la somme, l’ordre et la signature du chèque, puis encaissez.",
};

// `sell(payments)` is called with payments that make the total.
export class PaymentView {
  #basket;
  #sell;
  mode = null;

  constructor(basket, sell) {
    this.#basket = basket;
    this.#sell = sell;
    for (const button of document.querySelectorAll("[data-pay]")) {
      button.addEventListener("click", () => this.choose(button.dataset.pay));
    }
    for (const form of document.querySelectorAll("[data-panel] form")) {
      form.addEventListener("input", () => this.#refresh());
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.confirm();
      });
    }
    for (const button of document.querySelectorAll("[data-back]")) button.addEventListener("click", () => this.leave());
    $("notes").append(...NOTES.map((cents) => el("button", {
      class: "button button--secondary", type: "button", onclick: () => this.#hand(cents),
    }, euros(cents).replace(",00", ""))));
    this.leave();
  }

  // Open the panel of a method: cash, card, cheque or split.
  choose(mode) {
    if (!this.#basket().lines.length) return;
    this.mode = mode;
    this.#show(mode === "card" || mode === "cheque" ? "single" : mode);
    $("single-title").textContent = METHOD_NAMES[mode] ?? "";
    $("single-check").textContent = CHECKS[mode] ?? "";
    for (const field of document.querySelectorAll("[data-panel] input")) field.value = "";
    this.#refresh();
    const panel = document.querySelector("[data-panel]:not([hidden])");
    (panel.querySelector("input") ?? panel.querySelector("[data-confirm]")).focus();
  }

  leave() {
    this.mode = null;
    this.#show("choice");
    this.basketChanged();
  }

  basketChanged() {
    const { lines } = this.#basket();
    for (const button of document.querySelectorAll("[data-pay]")) button.disabled = !lines.length;
    if (!this.mode) return;
    if (lines.length) this.#refresh();
    else this.leave();
  }

  // Enter held too long finds the form of a sale that is made, with an empty basket behind it.
  confirm() {
    if (!this.mode) return;
    const { payments, problem } = this.#reading();
    if (problem === null) this.#sell(payments);
  }

  // The sale is safe on disk: what is given back stays the largest thing on the screen until the next scan.
  done(record) {
    this.mode = null;
    const { payments, total } = record.entry;
    const change = changeDue(payments);
    $("done-change").hidden = !change;
    $("done-sum").textContent = euros(change);
    $("done-what").textContent = `${euros(total)} ${paidHow(payments)}`;
    $("done-total").hidden = change > 0;
    $("done-total").textContent = euros(total);
    // Looked at again while the next customer is served.
    $("done-back").hidden = !this.#basket().lines.length;
    this.#show("done");
  }

  get isDone() {
    return !document.querySelector("[data-panel='done']").hidden;
  }

  #hand(cents) {
    const field = $("tendered");
    field.value = String((parseEuros(field.value) ?? 0) / 100 + cents / 100).replace(".", ",");
    this.#refresh();
    field.focus();
  }

  // {payments, problem}: `problem` says what is missing, null when the sale can be made.
  #reading() {
    const { total } = this.#basket();
    if (this.mode === "cash") {
      const typed = $("tendered").value.trim();
      const tendered = typed ? parseEuros(typed) : total;
      if (tendered === null) return { payments: [], problem: "Écrivez une somme, par exemple 20 ou 12,50." };
      const problem = tendered < total ? `Il manque ${euros(total - tendered)}.` : null;
      return { payments: wholePayment("cash", total, tendered), problem };
    }
    if (this.mode !== "split") return { payments: wholePayment(this.mode, total), problem: null };
    const typed = METHODS.map((method) => [method, $(`split-${method}`).value.trim()]);
    if (typed.some(([, text]) => text && parseEuros(text) === null)) {
      return { payments: [], problem: "Écrivez des sommes, par exemple 20 ou 12,50." };
    }
    const amounts = Object.fromEntries(typed.map(([method, text]) => [method, text ? parseEuros(text) : 0]));
    const { payments, due } = splitPayment(amounts, total);
    if (due > 0) return { payments, problem: `Reste à payer ${euros(due)}.` };
    if (due === 0 && amounts.cash && !payments.some(({ method }) => method === "cash")) {
      return { payments, problem: `Carte et chèque paient tout. Rendez ${euros(amounts.cash)}, puis effacez les espèces.` };
    }
    return { payments, problem: due < 0 ? `Carte et chèque dépassent le total de ${euros(-due)}.` : null };
  }

  #refresh() {
    if (!this.mode) return;
    const { payments, problem } = this.#reading();
    const change = problem === null ? changeDue(payments) : 0;
    for (const panel of document.querySelectorAll("[data-panel]:not([hidden])")) {
      const note = panel.querySelector("[data-note]");
      if (note) note.textContent = problem ?? (change ? `À rendre : ${euros(change)}` : "Le compte est bon.");
      panel.querySelector("[data-confirm]")?.toggleAttribute("disabled", problem !== null);
    }
  }

  #show(name) {
    for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
  }
}
