// The basket of the customer at the till, in the order of the scans: items of the catalogue, each once, and what was
// sold without a label.
import { readCode } from "./codes.js";
import { hour } from "./dom.js";

const UNREADABLE = {
  "not-a-code": { unreadable: true, title: "Code non reconnu", text: "Scannez l’étiquette de la bourse, ou tapez par exemple 245-03." },
  "wrong-digits": { unreadable: true, title: "Code mal lu", text: "Un chiffre est faux. Scannez à nouveau, ou tapez par exemple 245-03." },
};

// What nobody could find in the catalogue, as a line of the basket: typed words and a price in cents, no code.
export function unidentified(text, price) {
  return { code: "", text, name: text, detail: "", price, key: crypto.randomUUID() };
}

export class Basket {
  #parked;
  lines = [];

  // `kept`: the contents of a basket from before the page was closed.
  constructor(catalogue, parked, kept) {
    this.catalogue = catalogue;
    this.#parked = parked;
    this.refill(kept);
  }

  // What was in it before. Returns the refusals of what cannot be sold any more.
  refill(kept) {
    this.lines = [];
    return kept.flatMap((line) => this.#putBack(line) ?? []);
  }

  get total() {
    return this.lines.reduce((sum, { price }) => sum + price, 0);
  }

  // What a scan or a typed text means here: {item} that can be added, or {refusal: {title, text, parked}}, where
  // `parked` is the basket put aside that the item lies in.
  look(text) {
    const { code, problem } = readCode(text, this.catalogue.edition);
    if (problem) return { refusal: UNREADABLE[problem] };
    return this.lookUp(code);
  }

  // The same for a code known to be one.
  lookUp(read) {
    const code = this.catalogue.resolve(read);
    const place = this.lines.findIndex((line) => line.code === code);
    if (place >= 0) {
      const { name } = this.lines[place];
      return { refusal: { title: "Déjà dans ce panier", text: `${name} est à la ligne ${place + 1}.` } };
    }
    const refusal = this.catalogue.refusal(code);
    if (refusal) return { refusal };
    const item = this.catalogue.get(code);
    const parked = this.#parked.holding(code);
    return parked ? { refusal: lyingIn(parked, item) } : { item };
  }

  // An item as `look` gave it (`hand`: found by search, its label was not read), or an unidentified line.
  add(item) {
    this.lines.push({ ...item, key: item.key ?? item.code });
  }

  remove(key) {
    this.lines = this.lines.filter((line) => line.key !== key);
  }

  clear() {
    this.lines = [];
  }

  // The labels in it.
  codes() {
    return this.lines.filter(({ code }) => code).map(({ code }) => code);
  }

  // All that is needed to make it again: kept on disk.
  contents() {
    return this.lines.map(({ code, text, price, hand }) => (code ? { code, hand } : { text, price }));
  }

  // What the entry of this sale says.
  freeze() {
    const lines = this.lines.map(({ code, text, price, hand }) => (code ? { code, price, hand } : { text, price }));
    return { lines, total: this.total };
  }

  // Baskets kept by an earlier version of the page are lists of codes.
  #putBack(kept) {
    const { code, text, price, hand } = typeof kept === "string" ? { code: kept } : kept;
    const refusal = code ? this.catalogue.refusal(code) : null;
    if (!refusal) this.add(code ? { ...this.catalogue.get(code), hand } : unidentified(text, price));
    return refusal;
  }
}

function lyingIn(parked, { name }) {
  const text = `${name} est dans le panier de ${hour(parked.at)} (${parked.name}). Terminez d’abord le panier en cours.`;
  return { title: "Dans un panier en attente", text, parked };
}
