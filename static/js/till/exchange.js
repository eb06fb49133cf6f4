// What a till and the server tell each other at each turn: the journal first, then a ping with its news.
import { flush } from "/sw/outbox.js";
import { codesOf } from "./catalogue.js";
import { ping } from "./connection.js";
import { reconcile } from "./reconcile.js";
import { fetchCatalogue, readJson, ServerProblem } from "./server.js";
import { pendingState } from "./store.js";

// The journals are compared again after this long, and after a disagreement that sending could not mend.
const COMPARE_EVERY = 10 * 60 * 1000;
const AFTER_DISAGREEMENT = 60 * 1000;

export class Exchange {
  #till;
  // What the server asked for and was done, to be told with the next ping.
  #done = [];
  #comparedAt = -Infinity;
  // null until the first comparison of this visit.
  agrees = null;

  constructor(till) {
    this.#till = till;
  }

  async flush() {
    try {
      await this.#flush().catch((problem) => {
        if (problem.kind !== "epoch") throw problem;
        return this.#refill();
      });
    } finally {
      await this.countPending();
    }
  }

  #flush() {
    const till = this.#till;
    return flush(till.database, till.id, (records) => {
      for (const { entry } of records) till.catalogue.touch(codesOf(entry));
      const odd = records.filter(({ state }) => state !== "confirmed");
      if (odd.length) till.dispatchEvent(new CustomEvent("verdict", { detail: odd }));
    });
  }

  // The server began another life: what it lacks goes first, in order, then what waited here.
  async #refill() {
    const { epoch } = await reconcile(this.#till.database);
    await this.#till.remember({ epoch });
    await this.#flush();
  }

  async ping() {
    const till = this.#till;
    if (!till.key) throw new ServerProblem("unreachable", "no key yet");
    const askedAt = performance.now();
    const answer = await ping(till.key, {
      pending: till.pending.count,
      oldest: till.pending.oldest,
      last_seq: till.lastSeq,
      cursor: till.catalogue.cursor,
      version: till.version,
      done: this.#done,
      health: till.health,
    });
    this.#done = this.#done.filter((id) => answer.orders.some((order) => order.id === id));
    await till.catchUp(answer);
    till.database.put("meta", till.clock.measure(answer.t0, answer.t1, answer.now), "clock");
    await this.#obey(answer);
    await this.#follow(answer, askedAt);
    till.dispatchEvent(new CustomEvent("news", { detail: answer }));
  }

  async loadCatalogue() {
    const till = this.#till;
    const askedAt = performance.now();
    const response = await fetchCatalogue(till.key, till.catalogue.etag);
    if (response.status === 304) return;
    if (!response.ok) throw new ServerProblem("unreachable", String(response.status));
    const data = await readJson(response);
    if (!Array.isArray(data.codes)) throw new ServerProblem("unreachable", "not a catalogue");
    await till.catalogue.replace(till.database, data, response.headers.get("ETag"), askedAt);
  }

  async countPending() {
    this.#till.notePending(await pendingState(this.#till.database));
  }

  // Everything written here is at the server, and the server holds nothing else of this till. Resolves to whether.
  async compare() {
    await this.countPending();
    if (this.#till.pending.count) return false;
    let { agrees, resend } = await reconcile(this.#till.database);
    if (resend) {
      await this.flush();
      ({ agrees } = await reconcile(this.#till.database));
    }
    this.#comparedAt = Date.now();
    this.agrees = agrees;
    return agrees;
  }

  // A server that begins another life, holds less or more than it should, or asks: compare before anything is believed.
  async #obey({ epoch, held, orders }) {
    const till = this.#till;
    const asked = orders.filter(({ id }) => !this.#done.includes(id));
    const reborn = till.epoch !== null && epoch !== till.epoch;
    if (reborn) await this.#refill();
    else await till.remember({ epoch });
    const due = Date.now() - this.#comparedAt > (this.agrees === false ? AFTER_DISAGREEMENT : COMPARE_EVERY);
    const differs = this.agrees !== false && held !== (await this.#confirmed());
    if (reborn || due || differs || asked.length) await this.compare();
    if (!till.pending.count) this.#done.push(...asked.map(({ id }) => id));
  }

  async #confirmed() {
    const { database, key, keys } = this.#till;
    const index = database.transaction("journal").store.index("state");
    // One key signed all that is here: nothing needs to be read.
    if (Object.keys(keys).length < 2) return (await index.count("confirmed")) + (await index.count("conflict"));
    const records = [...(await index.getAll("confirmed")), ...(await index.getAll("conflict"))];
    return records.filter((record) => (record.key ?? key.id) === key.id).length;
  }

  async #follow(answer, askedAt) {
    const { catalogue, database } = this.#till;
    const whole = answer.catalogue.reload || catalogue.edition === null || answer.epoch !== catalogue.epoch;
    if (whole) await this.loadCatalogue();
    else await catalogue.follow(database, answer.catalogue, askedAt);
  }
}
