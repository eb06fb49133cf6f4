// The basket of the customer at the till: items of the catalogue, each once, in the order of the scans.
import { readCode } from "./codes.js";
import { hour } from "./dom.js";

const UNREADABLE = {
  "not-a-code": { title: "Code non reconnu", text: "Scannez l'étiquette de la bourse, ou tapez par exemple 245-03." },
  "wrong-digits": { title: "Code mal lu", text: "Un chiffre est faux. Scannez à nouveau, ou tapez par exemple 245-03." },
};

export class Basket {
  #catalogue;
  #parked;
  lines = [];

  // `codes`: a basket kept from before the page was closed.
  constructor(catalogue, parked, codes) {
    this.#catalogue = catalogue;
    this.#parked = parked;
    this.refill(codes);
  }

  // What was in it before. Returns the refusals of what cannot be sold any more.
  refill(codes) {
    const answers = codes.map((code) => ({ code, refusal: this.#catalogue.refusal(code) }));
    this.lines = answers.filter(({ refusal }) => !refusal).map(({ code }) => this.#catalogue.get(code));
    return answers.flatMap(({ refusal }) => refusal ?? []);
  }

  get total() {
    return this.lines.reduce((sum, { price }) => sum + price, 0);
  }

  // What a scan or a typed text means here: {item} that can be added, or {refusal: {title, text, parked}}, where
  // `parked` is the basket put aside that the item lies in.
  look(text) {
    const { code, problem } = readCode(text, this.#catalogue.edition);
    if (problem) return { refusal: UNREADABLE[problem] };
    const place = this.lines.findIndex((line) => line.code === code);
    if (place >= 0) {
      const { name } = this.lines[place];
      return { refusal: { title: "Déjà dans ce panier", text: `${name} est à la ligne ${place + 1}.` } };
    }
    const refusal = this.#catalogue.refusal(code);
    if (refusal) return { refusal };
    const item = this.#catalogue.get(code);
    const parked = this.#parked.holding(code);
    return parked ? { refusal: lyingIn(parked, item) } : { item };
  }

  add(item) {
    this.lines.push(item);
  }

  remove(code) {
    this.lines = this.lines.filter((line) => line.code !== code);
  }

  clear() {
    this.lines = [];
  }

  codes() {
    return this.lines.map(({ code }) => code);
  }

  // What the entry of this sale says.
  freeze() {
    return { lines: this.lines.map(({ code, price }) => ({ code, price })), total: this.total };
  }
}

function lyingIn(parked, { name }) {
  const text = `${name} est dans le panier de ${hour(parked.at)} (${parked.name}). Terminez d'abord le panier en cours.`;
  return { title: "Dans un panier en attente", text, parked };
}
