// The items of the edition, in memory for speed, on disk for the next start.
import { formatCode, isSpare, shortName } from "./codes.js";
import { durable } from "./store.js";

const FOR_SALE = "o";
const time = new Intl.DateTimeFormat("fr-FR", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Paris" });

export class Catalogue {
  #items = new Map();
  // Spare labels → the code of the item they are on.
  #aliases = new Map();
  // When this till itself last changed an item (ms of performance.now): older news of it is out of date.
  #touched = new Map();
  #ranges = [];
  edition = null;
  cursor = 0;
  etag = null;
  epoch = null;

  // The last complete catalogue, then what is newer than it.
  static async open(database) {
    const catalogue = new Catalogue();
    const transaction = database.transaction(["meta", "overlay"]);
    const [whole, cursor, overlay] = await Promise.all([
      transaction.objectStore("meta").get("catalogue"),
      transaction.objectStore("meta").get("cursor"),
      transaction.objectStore("overlay").getAll(),
    ]);
    if (whole) catalogue.#adopt(whole);
    catalogue.cursor = cursor ?? catalogue.cursor;
    catalogue.show(overlay);
    return catalogue;
  }

  get size() {
    return this.#items.size;
  }

  // The item's own code, whichever label of it was read.
  resolve(code) {
    return this.#aliases.get(code) ?? code;
  }

  // Every item it knows, sold or not.
  all() {
    return this.#items.values();
  }

  get(code) {
    return this.#items.get(code);
  }

  // The colour of a label by its list number: {hex, name}, or null.
  colourOf(code) {
    const number = Number(code.slice(2, 6));
    const found = this.#ranges.find(([first, last]) => first <= number && number <= last);
    return found ? { hex: found[2], name: found[3] } : null;
  }

  // Why this code cannot be sold, as {title, text}, or null when it can.
  refusal(code) {
    const item = this.#items.get(code);
    const name = formatCode(code);
    if (code.slice(0, 2) !== String(this.edition).padStart(2, "0")) {
      return { title: "Autre édition", text: `L’étiquette ${name} vient d’une autre bourse.` };
    }
    if (!item && isSpare(code)) return { title: "Étiquette de réserve vierge", text: unbound(code) };
    if (!item) return { title: "Article inconnu", text: `${name} n’est pas en vente : appelez un gestionnaire.` };
    if (item.state === FOR_SALE) return null;
    if (item.state === "s") return { title: "Déjà vendu", text: soldWhere(item) };
    if (item.state === "w") return { title: "Retiré de la vente", text: `Cet article ne doit plus être vendu : ${item.name}.` };
    return { title: "Plus en vente", text: `Cet article n’est plus proposé à la vente : ${item.name}.` };
  }

  // Replace everything at once; what this till did itself since `askedAt`, or has not sent, stays as it knows it.
  async replace(database, data, etag, askedAt) {
    const whole = { ...data, etag };
    const transaction = durable(database, ["meta", "overlay", "journal"]);
    const own = await this.#ownCodes(transaction, askedAt);
    const kept = (await transaction.objectStore("overlay").getAll()).filter((item) => own.has(item.code));
    transaction.objectStore("overlay").clear();
    for (const item of kept) transaction.objectStore("overlay").put(item);
    transaction.objectStore("meta").put(whole, "catalogue");
    transaction.objectStore("meta").put(data.cursor, "cursor");
    await transaction.done;
    this.#items = new Map();
    this.#aliases = new Map();
    this.#adopt(whole);
    this.show(kept);
  }

  // What changed on the server, asked at `askedAt`.
  async follow(database, delta, askedAt) {
    const items = readItems(delta);
    if (!items.length && delta.cursor === this.cursor) return;
    const transaction = database.transaction(["meta", "overlay", "journal"], "readwrite");
    const own = await this.#ownCodes(transaction, askedAt);
    const news = items.filter((item) => !own.has(item.code));
    for (const item of news) transaction.objectStore("overlay").put(item);
    transaction.objectStore("meta").put(delta.cursor, "cursor");
    await transaction.done;
    this.cursor = delta.cursor;
    this.show(news);
  }

  // This till sold these, gave them back, or just learnt that the server knows.
  touch(codes) {
    for (const code of codes) this.#touched.set(code, performance.now());
  }

  async #ownCodes(transaction, askedAt) {
    const pending = await transaction.objectStore("journal").index("state").getAll("local");
    const own = new Set(pending.flatMap(({ entry }) => codesOf(entry)));
    for (const [code, at] of this.#touched) if (at >= askedAt) own.add(code);
    return own;
  }

  // Items as they are now, once they are on disk.
  show(items) {
    for (const item of items) {
      for (const spare of this.#items.get(item.code)?.aliases ?? []) this.#aliases.delete(spare);
      this.#items.set(item.code, item);
      for (const spare of item.aliases ?? []) this.#aliases.set(spare, item.code);
    }
  }

  #adopt(whole) {
    this.edition = whole.edition;
    this.cursor = whole.cursor;
    this.epoch = whole.epoch;
    this.etag = whole.etag;
    this.#ranges = whole.ranges ?? [];
    this.show(readItems(whole));
  }
}

export function codesOf(entry) {
  return entry.codes ?? entry.lines.flatMap(({ code }) => code ?? []);
}

function readItems({ codes, prices, states, types, type_names: names, details, sold, sellers = [], aliases = {} }) {
  const spares = new Map();
  for (const [spare, code] of Object.entries(aliases)) spares.set(code, [...(spares.get(code) ?? []), spare]);
  return codes.map((code, index) => {
    const item = { code, price: prices[index], state: states[index], name: names[types[index]], detail: details[index], aliases: spares.get(code) };
    const where = sold[index];
    return where ? { ...item, till: where[0], at: where[1] * 1000, by: sellers[where[2]] } : item;
  });
}

function unbound(code) {
  return `${shortName(code)} n’est collée sur aucun article. Cherchez l’article avec « Sans étiquette », ou faites lier l’étiquette par un gestionnaire.`;
}

// A seller is a first name and an initial, `Odette P.`, which ends the sentence by itself.
function soldWhere({ name, till, at, by }) {
  if (!till) return `Cet article est déjà vendu : ${name}.`;
  return `${name}, en caisse C${till} à ${time.format(at)}${by ? ` par ${by}` : "."}`;
}
