// An article without a label: found among the items the till knows, or sold « à identifier ». Works without the server.
import { unidentified } from "./basket.js";
import { $, count, el } from "./dom.js";
import { numberWithDot } from "./lines.js";
import { askAbout } from "./manual-view.js";
import { euros, parseEuros } from "./money.js";
import { prepare, search } from "./search.js";

const SHOWN = 30;
const DEAREST = 99999;

let view = null;

export function installUnlabelled(counter) {
  view = new UnlabelledView(counter);
}

export function openUnlabelled() {
  view.open();
}

class UnlabelledView {
  #counter;
  #dialog = $("unlabelled");
  #field = $("unlabelled-text");
  #unknown = $("unidentified");
  #preparing = false;
  // Rows drawn since the window was opened, by item: the next letter mostly leaves the same ones.
  #rows = new Map();

  constructor(counter) {
    this.#counter = counter;
    $("open-unlabelled").addEventListener("click", () => this.open());
    counter.addEventListener("words", ({ detail }) => this.open(detail));
    counter.till.addEventListener("change", () => this.#prepare());
    this.#prepare();
    this.#field.addEventListener("input", () => this.#look());
    this.#dialog.addEventListener("keydown", (event) => this.#move(event));
    $("unlabelled-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#choices()[0]?.click();
    });
    $("open-unidentified").addEventListener("click", () => this.#openUnknown());
    $("unidentified-form").addEventListener("input", () => this.#say(""));
    $("unidentified-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#addUnknown();
    });
  }

  open(text = "") {
    if (!this.#counter.till.canSell) return;
    this.#field.value = text;
    this.#rows.clear();
    this.#look();
    this.#dialog.showModal();
    this.#field.focus();
  }

  // Between two customers, so that the first search is as quick as the others.
  #prepare() {
    if (this.#preparing || !window.requestIdleCallback) return;
    this.#preparing = true;
    requestIdleCallback((deadline) => {
      this.#preparing = false;
      if (!prepare(this.#counter.till.catalogue.all(), () => deadline.timeRemaining() > 2)) this.#prepare();
    });
  }

  #look() {
    const { catalogue } = this.#counter.till;
    const text = this.#field.value;
    const { hits, total } = search(catalogue.all(), text, catalogue.edition, SHOWN);
    $("hits").replaceChildren(...hits.map((item) => this.#rowOf(item)));
    $("hits-count").textContent = this.#sayCount(text, hits.length, total);
  }

  #sayCount(text, shown, total) {
    if (!text.trim()) return "Tapez ce que vous voyez de l’article : quelques mots suffisent.";
    if (!total) return "Aucun article ne correspond. Essayez un seul mot, ou vendez-le « à identifier ».";
    const found = count(total, "article trouvé", "articles trouvés");
    return total > shown ? `${found}, les ${shown} premiers sont ici : précisez.` : `${found}.`;
  }

  #rowOf(item) {
    if (!this.#rows.has(item)) this.#rows.set(item, this.#row(item));
    return this.#rows.get(item);
  }

  #row(item) {
    const { refusal } = this.#counter.basket.lookUp(item.code);
    return el("li", {},
      el("button", { class: "hit", type: "button", disabled: Boolean(refusal), onclick: () => askAbout(item, true) },
        el("span", { class: "hit__number" }, numberWithDot(item.code, this.#counter.till.catalogue.colourOf(item.code))),
        el("span", { class: "hit__what" },
          el("span", { class: "hit__name" }, item.name),
          el("span", { class: "hit__detail" }, item.detail),
          refusal ? el("span", { class: "hit__refusal" }, `${refusal.title} : ${refusal.text}`) : null,
        ),
        el("span", { class: "hit__price" }, euros(item.price)),
      ));
  }

  #choices() {
    return [...$("hits").querySelectorAll("button:enabled")];
  }

  // The arrows go from the field into the results and back.
  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [this.#field, ...this.#choices()];
    const here = Math.max(0, stops.indexOf(document.activeElement));
    stops[Math.min(Math.max(here + step, 0), stops.length - 1)].focus();
  }

  #openUnknown() {
    $("unidentified-form").reset();
    $("unidentified-text").value = this.#field.value.trim();
    this.#say("");
    this.#unknown.showModal();
    $("unidentified-text").focus();
  }

  #addUnknown() {
    const [field, priceField] = [$("unidentified-text"), $("unidentified-price")];
    const [text, price] = [field.value.trim(), parseEuros(priceField.value)];
    if (!text) return this.#say("Dites en quelques mots ce que c’est : un gestionnaire devra le retrouver.", field);
    if (!price || price > DEAREST) return this.#say("Écrivez le prix convenu, par exemple 4,50.", priceField);
    this.#unknown.close();
    this.#dialog.close();
    this.#counter.nextCustomer();
    this.#counter.add(unidentified(text, price));
  }

  // What is wrong with the form, at the field it is about.
  #say(problem, field = null) {
    $("unidentified-problem").textContent = problem;
    for (const each of [$("unidentified-text"), $("unidentified-price")]) {
      each.setAttribute("aria-invalid", String(each === field));
    }
    field?.focus();
  }
}
