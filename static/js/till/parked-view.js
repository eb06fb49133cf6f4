// Putting the basket under way aside, and the list of those that wait.
import { $, count, el, hour } from "./dom.js";
import { lineNumber } from "./lines.js";
import { inMenu } from "./menu.js";
import { euros } from "./money.js";

const NOT_KEPT = {
  title: "PAS ENCORE GARDÉ",
  text: "Ce panier reste en attente tant que cette page est ouverte. Ne la fermez pas, appelez un gestionnaire.",
};

export function installParked(counter) {
  const view = new ParkedView(counter);
  const press = () => (counter.basket.lines.length ? view.park() : view.open());
  $("park").addEventListener("click", press);
  counter.addEventListener("park", press);
  counter.addEventListener("basket", () => view.refresh());
  counter.addEventListener("sold", () => view.refresh());
  inMenu("parked", () => view.open());
  view.refresh();
}

class ParkedView {
  #counter;
  #dialog = $("parked");

  constructor(counter) {
    this.#counter = counter;
  }

  get #parked() {
    return this.#counter.till.parked;
  }

  // The one button says what it would do now.
  refresh() {
    const waiting = this.#parked.all.length;
    const filled = this.#counter.basket.lines.length > 0;
    $("park").disabled = !filled && !waiting;
    $("park-label").textContent = filled || !waiting ? "Mettre en attente" : "Reprendre";
    $("park-count").hidden = !waiting;
    $("park-number").textContent = waiting;
  }

  park() {
    if (this.#counter.till.saving) return;
    const { codes, name } = this.#putAside();
    this.#counter.nextCustomer();
    const scan = `Pour le reprendre, scannez ${name}, ou un autre de ses articles.`;
    this.#counter.accept("Panier en attente", codes.length ? scan : "Pour le reprendre, touchez « Reprendre ».");
  }

  open() {
    this.#draw();
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #putAside() {
    const { basket, till } = this.#counter;
    const first = basket.lines.find(({ code }) => code) ?? basket.lines[0];
    const parked = {
      at: till.clock.now(),
      codes: basket.codes(),
      lines: basket.contents(),
      name: `${first.name} ${lineNumber(first)}`,
      total: basket.total,
    };
    const kept = till.parked.add(parked);
    basket.clear();
    this.#counter.changed();
    this.#watch(kept);
    return parked;
  }

  #resume(parked) {
    if (this.#counter.till.saving) return;
    this.#dialog.close();
    if (this.#counter.basket.lines.length) this.#putAside();
    this.#counter.reopen(parked);
  }

  #watch(kept) {
    kept.catch((error) => {
      console.error(error);
      this.#counter.refuse(NOT_KEPT);
    });
  }

  #draw() {
    const all = [...this.#parked.all].reverse();
    const filled = this.#counter.basket.lines.length > 0;
    $("parked-empty").hidden = all.length > 0;
    $("parked-swap").hidden = !(all.length && filled);
    $("parked-list").replaceChildren(...all.map((parked) => this.#row(parked)));
  }

  #row(parked) {
    return el("li", { class: "past" },
      el("span", { class: "past__time" }, hour(parked.at)),
      el("span", { class: "past__what" },
        el("strong", {}, parked.name),
        el("span", { class: "past__codes" }, `${count((parked.lines ?? parked.codes).length, "article", "articles")} · ${euros(parked.total)}`),
      ),
      el("button", { class: "button button--quiet", type: "button", onclick: ({ currentTarget }) => this.#drop(parked, currentTarget) }, "Abandonner"),
      el("button", { class: "button button--primary", type: "button", onclick: () => this.#resume(parked) }, "Reprendre"),
    );
  }

  // Asked twice, on the same button: its items go back on sale.
  #drop(parked, button) {
    if (!button.dataset.sure) {
      button.dataset.sure = "yes";
      button.className = "button button--danger";
      button.textContent = "Oui, abandonner";
      return;
    }
    this.#watch(this.#parked.drop(parked));
    this.#draw();
    this.refresh();
  }
}
