// The counter: what is scanned becomes the basket of a customer, and the basket becomes a sale.
import { showAnswer, showBasket } from "./basket-view.js";
import { formatCode } from "./codes.js";
import { hour } from "./dom.js";
import { isGated } from "./gate.js";
import { lineNumber } from "./lines.js";
import { unanswered } from "./manual-view.js";
import { euros } from "./money.js";
import { PaymentView } from "./payment-view.js";
import { accepted, refused } from "./sounds.js";

const NOT_READY = { title: "Caisse pas prête", text: "Attendez l’ouverture de la caisse." };
const LOCKED = { title: "Écran verrouillé", text: "Déverrouillez avant de scanner." };
const NOT_KEPT = {
  title: "NON ENREGISTRÉ",
  text: "La vente n’est pas faite, le panier est gardé. Recommencez, ou appelez un gestionnaire.",
};

// Who scans on does not answer « Est-ce bien cet article ? »: the item asked about would leave unpaid.
const leftOut = ({ name, code }) => ({
  title: `${name} : pas ajouté`,
  text: `Vous n’avez pas répondu pour ${formatCode(code)}. S’il est acheté, scannez-le ou tapez-le de nouveau.`,
});

// Events: "basket" after each change of it, "words" (detail: typed where a code was expected), "sold" (detail: the
// stored record), "voided", "answer" (detail: {tone, title, text}) with what a scan or an act is answered.
export class Counter extends EventTarget {
  // The record of the sale made last, null before the first.
  last = null;
  // The screen is locked: nothing is taken.
  locked = false;
  // Scans and additions that came while a sale or a void was being written, to be done after it, in order.
  #waiting = [];

  constructor(till) {
    super();
    this.till = till;
    this.payment = new PaymentView(() => till.basket, (payments) => this.sell(payments));
  }

  get basket() {
    return this.till.basket;
  }

  // A code that was scanned, wherever from: into the basket, or refused aloud.
  // `at`: when it was read, in ms of performance.now().
  scan(text, at = performance.now()) {
    if (this.locked) return this.refuse(LOCKED);
    if (!this.till.canSell || isGated()) return this.refuse(NOT_READY);
    if (this.till.saving) return this.#waiting.push(() => this.scan(text));
    const { measures } = this.till;
    measures.untilShown(measures.scans, at);
    const asked = unanswered();
    for (const dialog of document.querySelectorAll("dialog[open]:not([data-stays])")) dialog.close();
    this.nextCustomer();
    const look = this.basket.look(text);
    if (look.refusal?.unreadable) measures.scanFailures += 1;
    this.take(look);
    if (look.item && asked && asked.code !== look.item.code) this.refuse(leftOut(asked));
  }

  scanWaiting() {
    for (const act of this.#waiting.splice(0)) act();
  }

  // The sale just made leaves the screen.
  nextCustomer() {
    if (this.payment.isDone) this.payment.leave();
  }

  add(item) {
    if (this.till.saving) return this.#waiting.push(() => this.add(item));
    this.basket.add(item);
    this.accept(`${item.name} · ${euros(item.price)}`, [lineNumber(item), item.detail].filter(Boolean).join(" · "));
    this.changed();
  }

  // What `look` found: into the basket, into the basket put aside that holds it, or refused aloud.
  take({ item, refusal }) {
    if (item) return this.add(item);
    if (refusal.parked && !this.basket.lines.length) return this.reopen(refusal.parked);
    return this.refuse(refusal);
  }

  // A basket put aside becomes the basket under way; what cannot be sold any more is said.
  reopen(parked) {
    this.till.parked.take(parked).catch((error) => console.error(error));
    const [lost] = this.basket.refill(parked.lines ?? parked.codes);
    this.nextCustomer();
    if (lost) this.refuse({ title: `Panier repris sans un article : ${lost.title.toLowerCase()}`, text: lost.text });
    else this.accept("Panier repris", `${parked.name}, mis en attente à ${hour(parked.at)}`);
    this.changed();
  }

  // What is being paid stays as it is.
  remove(key) {
    if (this.till.saving) return;
    this.basket.remove(key);
    this.changed();
  }

  accept(title, text) {
    this.#say("accepted", title, text);
    accepted();
  }

  refuse({ title, text }) {
    this.#say("refused", title, text);
    refused();
  }

  #say(tone, title, text) {
    showAnswer(tone, title, text);
    this.dispatchEvent(new CustomEvent("answer", { detail: { tone, title, text } }));
  }

  // The basket is another one than before: kept on disk and shown.
  changed() {
    this.till.keepBasket();
    this.draw();
    this.dispatchEvent(new Event("basket"));
  }

  draw() {
    showBasket(this.basket, (key) => this.remove(key));
    this.payment.basketChanged();
  }

  async sell(payments) {
    if (this.till.saving) return;
    const { measures } = this.till;
    const askedAt = performance.now();
    try {
      const record = await this.till.sell(payments);
      this.draw();
      this.payment.done(record);
      measures.untilShown(measures.payments, askedAt);
      showAnswer("accepted", "Encaissé", "Scannez l’article suivant pour servir le prochain client.");
      this.dispatchEvent(new CustomEvent("sold", { detail: record }));
    } catch (error) {
      console.error(error);
      measures.notKept += 1;
      this.refuse(NOT_KEPT);
    }
    this.scanWaiting();
  }
}
