// How fast this till really is: times of scans and payments, told to the server with each ping.

const KEPT = 500;

export class Durations {
  #values = [];
  count = 0;

  add(milliseconds) {
    this.count += 1;
    this.#values.push(milliseconds);
    if (this.#values.length > KEPT) this.#values.shift();
  }

  // {n, p50, p95, max} in ms over the latest measures, null before the first.
  summary() {
    if (!this.count) return null;
    const sorted = this.#values.toSorted((one, other) => one - other);
    const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] * 10) / 10;
    return { n: this.count, p50: at(0.5), p95: at(0.95), max: at(1) };
  }
}

export class Measures {
  scans = new Durations();
  payments = new Durations();
  // Codes that could not be read: a dirty label, a tired scanner.
  scanFailures = 0;
  // Talks with the server that failed, and sales that could not be written to the disk.
  syncFailures = 0;
  notKept = 0;

  // Call it when something began (ms of performance.now()); the time counts until the screen has been painted.
  untilShown(durations, since) {
    requestAnimationFrame(() => setTimeout(() => durations.add(performance.now() - since)));
  }

  summary() {
    return { scan_ms: this.scans.summary(), payment_ms: this.payments.summary(), scan_failures: this.scanFailures, ...this.#failures };
  }

  get #failures() {
    return { sync_failures: this.syncFailures, not_kept: this.notKept };
  }
}
