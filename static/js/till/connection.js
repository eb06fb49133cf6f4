// Whether the server is really there, and the rhythm of talking to it.
import { signedJson } from "./server.js";

// Often enough that a sale at one till shows at the others within seconds.
const PING = 5000;
const RECOVERING = 1000;
const SUCCESSES = 3;
const BACK_OFF = [1000, 2000, 4000, 8000, 16000, 30000];

// `state`: "connecting" | "online" | "offline" | "auth-wait" (nobody signed in) | "refused" (key unknown) | "broken"
// (storage). `till` gives what a ping says of it and hears back.
export class Connection {
  state = "connecting";
  lastSync = null;
  #till;
  #onChange;
  #successes = 0;
  #failures = 0;
  #timer = null;
  #busy = null;
  #again = false;

  constructor(till, onChange) {
    this.#till = till;
    this.#onChange = onChange;
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now());
    window.addEventListener("online", () => this.now());
    window.addEventListener("offline", () => this.#failed({ kind: "unreachable" }));
  }

  // Talk to the server at once: somebody asks, something was sold, the page came back. One success is then enough.
  now() {
    this.#successes = Math.max(this.#successes, SUCCESSES - 1);
    // One under way began before what is asked for now.
    return this.#busy ? this.#busy.then(() => this.#turn()) : this.#turn();
  }

  // Something was written to the journal: send it, unless a pause after a failure is running.
  send() {
    if (this.#busy) this.#again = true;
    else if (!this.#failures) this.#turn();
  }

  // One exchange at a time: what is queued first, then the ping with its news.
  #turn() {
    this.#busy ??= this.#exchange().finally(() => {
      this.#busy = null;
    });
    return this.#busy;
  }

  async #exchange() {
    clearTimeout(this.#timer);
    try {
      await this.#till.exchange.flush();
      await this.#till.exchange.ping();
      this.#succeeded();
    } catch (problem) {
      this.#failed(problem);
    }
    this.#schedule();
  }

  #succeeded() {
    this.#failures = 0;
    this.#successes += 1;
    this.lastSync = Date.now();
    if (this.state === "connecting" || this.#successes >= SUCCESSES) this.#become("online");
    else this.#onChange(this);
  }

  #failed(problem) {
    this.#successes = 0;
    this.#failures += 1;
    this.#till.measures.syncFailures += 1;
    if (!problem.kind) console.error(problem);
    if (this.#till.pending.count) askWorker().catch((refused) => console.warn(refused));
    this.#become({ login: "auth-wait", refused: "refused", unreachable: "offline" }[problem.kind] ?? "broken");
  }

  #become(state) {
    this.state = state;
    this.#onChange(this);
  }

  // 1 to 30 s between attempts while something waits or fails, with some chance so that tills do not come together.
  #schedule() {
    let pause = this.state === "online" ? PING : RECOVERING;
    if (this.#failures) pause = BACK_OFF[Math.min(this.#failures, BACK_OFF.length) - 1] * (0.5 + Math.random() / 2);
    else if (this.#again) pause = 0;
    this.#again = false;
    this.#timer = setTimeout(() => this.#turn(), pause);
  }
}

// Where Background Sync exists, what waits leaves also when this page is closed before the network is back.
async function askWorker() {
  const registration = await navigator.serviceWorker?.ready;
  await registration?.sync?.register("journal");
}

// One ping; resolves to the server's answer, which must be to this very ping.
export async function ping(key, facts) {
  const t0 = Date.now();
  const answer = await signedJson(key, "POST", "/sync/ping", { ...facts, t0 });
  if (answer.t0 !== t0 || typeof answer.now !== "number") throw Object.assign(new Error("not ours"), { kind: "unreachable" });
  return { ...answer, t1: Date.now() };
}
