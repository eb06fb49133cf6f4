// The basket of the customer at the till: items of the catalogue, each once, in the order of the scans.
import { readCode } from "./codes.js";

const UNREADABLE = {
  "not-a-code": { title: "Code non reconnu", text: "Scannez l'étiquette de la bourse, ou tapez par exemple 245-03." },
  "wrong-digits": { title: "Code mal lu", text: "Un chiffre est faux. Scannez à nouveau, ou tapez par exemple 245-03." },
};

export class Basket {
  #catalogue;
  lines = [];

  // `codes`: a basket kept from before the page was closed.
  constructor(catalogue, codes) {
    this.#catalogue = catalogue;
    this.lines = codes.filter((code) => !catalogue.refusal(code)).map((code) => catalogue.get(code));
  }

  get total() {
    return this.lines.reduce((sum, { price }) => sum + price, 0);
  }

  // What a scan or a typed text means here: {item} that can be added, or {refusal: {title, text}}.
  look(text) {
    const { code, problem } = readCode(text, this.#catalogue.edition);
    if (problem) return { refusal: UNREADABLE[problem] };
    const place = this.lines.findIndex((line) => line.code === code);
    if (place >= 0) {
      const { name } = this.lines[place];
      return { refusal: { title: "Déjà dans ce panier", text: `${name} est à la ligne ${place + 1}.` } };
    }
    const refusal = this.#catalogue.refusal(code);
    return refusal ? { refusal } : { item: this.#catalogue.get(code) };
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
