// The sales of this till, and taking one back within five minutes.
import { $, count, el, hour } from "./dom.js";
import { recentSales } from "./journal.js";
import { goneLines, lineName, lineNumber } from "./lines.js";
import { euros } from "./money.js";
import { describe, METHOD_NAMES, refundFor } from "./payment.js";
import { VOID_WINDOW } from "./till.js";

const SHOWN = 50;
const STATES = {
  local: ["warning", "Gardée ici"],
  confirmed: ["success", "Enregistrée"],
  conflict: ["danger", "Vendu deux fois"],
  quarantined: ["danger", "À vérifier"],
};

export class HistoryView {
  #till;
  #tell;
  #dialog = $("history");
  #void = $("void");
  #sale = null;

  // `tell.receipt(sale)` shows one, `tell.voided(refunds)` once a void is on disk, `tell.failed(title, text)` when it could not be written.
  constructor(till, tell) {
    this.#till = till;
    this.#tell = tell;
    $("void-form").addEventListener("input", () => this.#refreshVoid());
    $("void-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#confirmVoid();
    });
  }

  async open() {
    await this.#draw();
    this.#dialog.showModal();
  }

  async #draw() {
    const sales = await recentSales(this.#till.database, SHOWN);
    $("history-empty").hidden = sales.length > 0;
    $("history-list").replaceChildren(...sales.map((sale) => this.#row(sale)));
  }

  #row(sale) {
    const { entry, state } = sale;
    const [tone, word] = STATES[state];
    const gone = goneLines(sale);
    const called = (line) => (line.code ? lineNumber(line) : line.text);
    const names = entry.lines.map(called).join(", ");
    return el("li", { class: "past" },
      el("span", { class: "past__time" }, hour(Date.parse(entry.at))),
      el("span", { class: "past__what" },
        el("strong", {}, euros(entry.total)), ` ${describe(entry.payments)} · ${count(entry.lines.length, "article", "articles")} `,
        el("span", { class: "past__codes" }, names),
        gone.length ? el("span", { class: "past__void" }, `Annulé : ${gone.map((place) => called(entry.lines[place])).join(", ")}`) : null,
      ),
      el("span", { class: `badge badge--${tone}` }, word),
      el("button", { class: "button button--quiet button--small", type: "button", onclick: () => this.#tell.receipt(sale) }, "Ticket"),
      this.#voidable(sale, gone)
        ? el("button", { class: "button button--secondary button--small", type: "button", onclick: () => this.#ask(sale, gone) }, "Annuler")
        : null,
    );
  }

  // By its seller, within five minutes, while something is left of it.
  #voidable({ entry }, gone) {
    return this.#isRecent(entry) && entry.session === this.#till.session?.uuid && gone.length < entry.lines.length;
  }

  #isRecent({ at }) {
    return this.#till.clock.now() - Date.parse(at) < VOID_WINDOW;
  }

  #ask(sale, gone) {
    this.#sale = sale;
    $("void-lines").replaceChildren(...sale.entry.lines.flatMap((line, place) =>
      gone.includes(place) ? [] : el("label", { class: "choice" },
        el("input", { class: "choice__input", type: "checkbox", name: "line", value: String(place), checked: true }),
        el("span", { class: "choice__text" }, `${lineNumber(line)} · ${lineName(line, this.#till.catalogue)} · ${euros(line.price)}`),
      )));
    $("void-in-cash").checked = false;
    $("void-cash-choice").hidden = sale.entry.payments.every(({ method }) => method === "cash");
    this.#refreshVoid();
    this.#dialog.close();
    this.#void.showModal();
  }

  #reading() {
    const places = [...$("void-lines").querySelectorAll("input:checked")].map(({ value }) => Number(value));
    const { lines, payments } = this.#sale.entry;
    const amount = places.reduce((sum, place) => sum + lines[place].price, 0);
    const given = this.#sale.voids.flatMap(({ refunds }) => refunds);
    const back = {
      codes: places.flatMap((place) => lines[place].code ?? []),
      lines: places.filter((place) => !lines[place].code),
    };
    return { back, any: places.length > 0, refunds: refundFor(payments, given, amount, $("void-in-cash").checked) };
  }

  #refreshVoid() {
    const { any, refunds } = this.#reading();
    $("void-confirm").disabled = !any;
    $("void-refund").textContent = refunds.length ? `À rendre : ${inWords(refunds)}` : "Cochez ce que le client rend.";
  }

  async #confirmVoid() {
    if (this.#till.saving) return;
    // Asked in time, left open since: from then on a manager may give the money back.
    if (!this.#isRecent(this.#sale.entry)) {
      $("void-refund").textContent = "Les cinq minutes sont passées : appelez un gestionnaire.";
      return;
    }
    const { back, refunds } = this.#reading();
    $("void-confirm").disabled = true;
    try {
      await this.#till.void(this.#sale, back, refunds);
    } catch (error) {
      console.error(error);
      const [title, text] = ["NON ENREGISTRÉ", "L’annulation n’est pas faite. Recommencez, ou appelez un gestionnaire."];
      $("void-confirm").disabled = false;
      // The page's own answer is behind this dialog.
      $("void-refund").textContent = `${title} : ${text}`;
      this.#tell.failed(title, text);
      return;
    }
    this.#void.close();
    this.#tell.voided(refunds.length ? `rendez ${inWords(refunds)}` : "rien à rendre");
  }
}

function inWords(refunds) {
  return refunds.map(({ method, amount }) => `${euros(amount)} (${METHOD_NAMES[method].toLowerCase()})`).join(" et ");
}
