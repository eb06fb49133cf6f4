// The four figures that open a locked screen: kept as a PBKDF2 hash, for one person in one session, tried without the network.
import { readMeta } from "./store.js";

const ITERATIONS = 200000;
const TRIES = 5;

export class Pin {
  #till;
  // {session, by, salt, hash, wrong} or undefined.
  #kept;

  constructor(till, kept) {
    this.#till = till;
    this.#kept = kept;
  }

  static async open(till) {
    return new Pin(till, (await readMeta(till.database, ["pin"])).pin);
  }

  // Whether who sells now chose one.
  get isChosen() {
    const { session } = this.#till;
    return Boolean(this.#kept && session && this.#kept.session === session.uuid && this.#kept.by === session.by);
  }

  get triesLeft() {
    return this.#kept ? Math.max(0, TRIES - this.#kept.wrong) : 0;
  }

  async choose(code) {
    const { uuid, by } = this.#till.session;
    const salt = crypto.getRandomValues(new Uint8Array(16));
    await this.#keep({ session: uuid, by, salt, hash: await derive(code, salt), wrong: 0 });
  }

  // A wrong one counts, also after the page was loaded again.
  async opens(code) {
    const { salt, hash, wrong } = this.#kept;
    // Counted first: a page closed meanwhile gives no free try.
    await this.#keep({ ...this.#kept, wrong: wrong + 1 });
    const right = (await derive(code, salt)) === hash;
    if (right) await this.#keep({ ...this.#kept, wrong: 0 });
    return right;
  }

  forget() {
    return this.#keep(undefined);
  }

  async #keep(value) {
    this.#kept = value;
    if (value) await this.#till.database.put("meta", value, "pin");
    else await this.#till.database.delete("meta", "pin");
  }
}

async function derive(code, salt) {
  const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ITERATIONS }, secret, 256);
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
