// The till itself, without a screen: what it knows, sells, voids and tells the server.
import { Basket } from "./basket.js";
import { Catalogue, codesOf } from "./catalogue.js";
import { createClock } from "./clock.js";
import { Connection } from "./connection.js";
import { Exchange } from "./exchange.js";
import { append } from "./journal.js";
import { Measures } from "./measures.js";
import { markWritten, writtenBefore } from "./memory.js";
import { ParkedBaskets } from "./parked.js";
import { openStore, readMeta } from "./store.js";

export const VOID_WINDOW = 5 * 60 * 1000;
// Milliseconds for "encaissé" to be on the screen before a slow computer begins to send.
const SHOWN_FIRST = 100;
// What is kept of the till beside its journal, by name, and what it is before it was ever kept.
const KEPT = {
  key: null, keys: {}, session: null, place: null, seq: 0, lastAt: 0, clock: undefined, basket: [], parked: [], epoch: null, putAside: 0,
};

// Events: "change" (something to show), "verdict" (odd records the server answered), "news" (the answer to a ping).
export class Till extends EventTarget {
  constructor(id, version) {
    super();
    Object.assign(this, { id, version, pending: { count: 0, oldest: null }, saving: false, selfTest: null, persisted: null });
    this.measures = new Measures();
  }

  // Everything from disk; nothing here needs the server.
  async open() {
    this.database = await openStore(this.id);
    const kept = { ...KEPT, ...withoutMissing(await readMeta(this.database, Object.keys(KEPT))) };
    const { key, keys, session, place, epoch, lastAt, putAside } = kept;
    Object.assign(this, { key, keys, session, place, epoch, lastAt, putAside, lastSeq: kept.seq });
    this.clock = createClock(kept.clock, lastAt);
    this.catalogue = await Catalogue.open(this.database);
    this.parked = new ParkedBaskets(this.database, kept.parked);
    this.basket = new Basket(this.catalogue, this.parked, kept.basket);
    this.connection = new Connection(this, () => this.#changed());
    this.exchange = new Exchange(this);
    await this.exchange.countPending();
    await this.#lookForLostMemory();
  }

  get canSell() {
    return Boolean(this.key && this.session && this.catalogue.edition !== null);
  }

  // Who sells here, as other tills will read it: « Odile M. ».
  get seller() {
    return (this.session?.volunteer ?? "").replace(/^(\S+) (\S).*$/, "$1 $2.");
  }

  // What this till says of itself with each ping.
  get health() {
    return {
      ...this.measures.summary(),
      persisted: this.persisted,
      clock_error_ms: Number.isFinite(this.clock.error) ? Math.round(this.clock.error) : null,
      agrees: this.exchange.agrees,
      self_test: this.selfTest,
    };
  }

  // What the server said of this till, kept for when it cannot be asked. A new key does not forget the old ones: what
  // they signed may still have to be sent.
  async remember(facts) {
    if (facts.key) facts = { ...facts, keys: { ...this.keys, [facts.key.id]: facts.key } };
    Object.assign(this, facts);
    const transaction = this.database.transaction("meta", "readwrite");
    for (const [name, value] of Object.entries(facts)) transaction.store.put(value, name === "lastSeq" ? "seq" : name);
    await transaction.done;
    this.#changed();
  }

  keepBasket() {
    // A disk that takes nothing is told by the sale, which is not made then.
    this.database.put("meta", this.basket.contents(), "basket").catch((error) => console.error(error));
  }

  // Resolves once the sale is on disk; rejects, with the basket untouched, when it is not.
  async sell(payments) {
    const { lines, total } = this.basket.freeze();
    const body = { kind: "sale", lines, payments, total, online: this.connection.state === "online" };
    const record = await this.#write(body, this.basket.codes().map((code) => this.#soldHere(code)));
    this.basket.clear();
    return record;
  }

  // Take back lines of a sale: `codes` of labels, and `lines`, the places of lines without one.
  async void(sale, { codes, lines }, refunds) {
    const total = refunds.reduce((sum, { amount }) => sum + amount, 0);
    const back = codes.map((code) => ({ ...this.catalogue.get(code), code, state: "o", till: null }));
    const places = lines.length ? { lines } : {};
    return this.#write({ kind: "void", sale: sale.uuid, codes, ...places, refunds, total, reason: "" }, back);
  }

  async #write(body, changed) {
    if (this.saving) throw new Error("one entry at a time");
    this.saving = true;
    try {
      const stamp = this.clock.stamp(this.lastAt);
      const { id: tillId, key, lastSeq } = this;
      const facts = { tillId, session: this.session.uuid, by: this.session.by, key, lastSeq, ...stamp };
      const record = await append(this.database, facts, body, changed);
      // A ping may have told of higher ones meanwhile.
      this.lastSeq = Math.max(this.lastSeq, record.seq);
      this.lastAt = stamp.at;
      markWritten(this.id, record.seq);
      this.catalogue.show(changed);
      this.catalogue.touch(codesOf(record.entry));
      this.notePending({ count: this.pending.count + 1, oldest: this.pending.oldest ?? stamp.at });
      setTimeout(() => this.connection.send(), SHOWN_FIRST);
      return record;
    } finally {
      this.saving = false;
    }
  }

  #soldHere(code) {
    return { ...this.catalogue.get(code), code, state: "s", till: this.place.number, at: this.clock.now(), by: this.seller };
  }

  notePending(pending) {
    this.pending = pending;
    this.#changed();
  }

  // Numbers that this browser gave out before are never given again, even when it forgot the sales that bore them.
  async #lookForLostMemory() {
    const before = writtenBefore(this.id);
    if (before <= this.lastSeq) return;
    this.lost = { noted: before, here: this.lastSeq };
    await this.remember({ lastSeq: before });
  }

  // The server knows numbers that this browser does not: another device gave them out, or this one, which then forgot
  // what it wrote (`own`).
  async catchUp({ last_seq: known, own_seq: own }) {
    if (own > this.lastSeq) this.lost ??= { noted: own, here: this.lastSeq };
    if (known > this.lastSeq) await this.remember({ lastSeq: known });
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function withoutMissing(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
