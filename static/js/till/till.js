// The till itself, without a screen: what it knows, sells, voids and tells the server.
import { flush } from "/sw/outbox.js";
import { Basket } from "./basket.js";
import { Catalogue, codesOf } from "./catalogue.js";
import { createClock } from "./clock.js";
import { Connection, ping } from "./connection.js";
import { append } from "./journal.js";
import { ParkedBaskets } from "./parked.js";
import { fetchCatalogue, readJson, ServerProblem } from "./server.js";
import { openStore, pendingState, readMeta } from "./store.js";

export const VOID_WINDOW = 5 * 60 * 1000;

export class Till extends EventTarget {
  constructor(id, version) {
    super();
    Object.assign(this, { id, version, pending: { count: 0, oldest: null }, saving: false });
  }

  // Everything from disk; nothing here needs the server.
  async open() {
    this.database = await openStore(this.id);
    const meta = await readMeta(this.database, ["key", "session", "place", "seq", "lastAt", "clock", "basket", "parked"]);
    this.key = meta.key ?? null;
    this.session = meta.session ?? null;
    this.place = meta.place ?? null;
    this.lastSeq = meta.seq ?? 0;
    this.lastAt = meta.lastAt ?? 0;
    this.clock = createClock(meta.clock);
    this.catalogue = await Catalogue.open(this.database);
    this.parked = new ParkedBaskets(this.database, meta.parked ?? []);
    this.basket = new Basket(this.catalogue, this.parked, meta.basket ?? []);
    this.connection = new Connection(this, () => this.#changed());
    await this.countPending();
  }

  get canSell() {
    return Boolean(this.key && this.session && this.catalogue.edition !== null);
  }

  // Who sells here, as other tills will read it: « Odile M. ».
  get seller() {
    return (this.session?.volunteer ?? "").replace(/^(\S+) (\S).*$/, "$1 $2.");
  }

  // What the server said of this till, kept for when it cannot be asked.
  async remember(facts) {
    Object.assign(this, facts);
    const transaction = this.database.transaction("meta", "readwrite");
    for (const [name, value] of Object.entries(facts)) transaction.store.put(value, name === "lastSeq" ? "seq" : name);
    await transaction.done;
    this.#changed();
  }

  keepBasket() {
    this.database.put("meta", this.basket.contents(), "basket").catch(() => {});
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
      const facts = { tillId: this.id, session: this.session.uuid, key: this.key, lastSeq: this.lastSeq, ...stamp };
      const record = await append(this.database, facts, body, changed);
      this.lastSeq = record.seq;
      this.lastAt = stamp.at;
      this.catalogue.show(changed);
      this.catalogue.touch(codesOf(record.entry));
      this.pending = { count: this.pending.count + 1, oldest: this.pending.oldest ?? stamp.at };
      this.connection.send();
      return record;
    } finally {
      this.saving = false;
    }
  }

  #soldHere(code) {
    return { ...this.catalogue.get(code), code, state: "s", till: this.place.number, at: this.clock.now(), by: this.seller };
  }

  // --- what the connection does at each turn

  async flush() {
    try {
      await flush(this.database, this.id, (records) => {
        for (const { entry } of records) this.catalogue.touch(codesOf(entry));
        const odd = records.filter(({ state }) => state !== "confirmed");
        if (odd.length) this.dispatchEvent(new CustomEvent("verdict", { detail: odd }));
      });
    } finally {
      await this.countPending();
    }
  }

  async ping() {
    if (!this.key) throw new ServerProblem("unreachable", "no key yet");
    const askedAt = performance.now();
    const answer = await ping(this.key, {
      pending: this.pending.count,
      oldest: this.pending.oldest,
      last_seq: this.lastSeq,
      cursor: this.catalogue.cursor,
      version: this.version,
    });
    const clock = this.clock.measure(answer.t0, answer.t1, answer.now);
    this.database.put("meta", clock, "clock");
    const whole = answer.catalogue.reload || this.catalogue.edition === null || answer.epoch !== this.catalogue.epoch;
    if (whole) await this.loadCatalogue();
    else await this.catalogue.follow(this.database, answer.catalogue, askedAt);
    this.dispatchEvent(new CustomEvent("news", { detail: answer }));
  }

  async loadCatalogue() {
    const askedAt = performance.now();
    const response = await fetchCatalogue(this.key, this.catalogue.etag);
    if (response.status === 304) return;
    if (!response.ok) throw new ServerProblem("unreachable", String(response.status));
    const data = await readJson(response);
    if (!Array.isArray(data.codes)) throw new ServerProblem("unreachable", "not a catalogue");
    await this.catalogue.replace(this.database, data, response.headers.get("ETag"), askedAt);
  }

  async countPending() {
    this.pending = await pendingState(this.database);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
