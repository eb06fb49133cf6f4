// Baskets put aside for a customer who comes back, kept on disk; any of its items finds one again.

export class ParkedBaskets {
  #database;
  #all;

  // Each: {at (ms), codes, lines (its contents), name (of its first item), total (cents)}, oldest first.
  constructor(database, all) {
    this.#database = database;
    this.#all = all;
  }

  get all() {
    return this.#all;
  }

  holding(code) {
    return this.#all.find(({ codes }) => codes.includes(code));
  }

  // Resolves once it is on disk, in place of the basket under way; in memory at once.
  add(parked) {
    this.#all = [...this.#all, parked];
    return this.#keep(null);
  }

  // It is the basket under way from now on.
  take(parked) {
    this.#all = this.#all.filter((each) => each !== parked);
    return this.#keep(parked.lines ?? parked.codes);
  }

  // Nobody comes back for it.
  drop(parked) {
    this.#all = this.#all.filter((each) => each !== parked);
    return this.#database.put("meta", this.#all, "parked");
  }

  // Both in one transaction: no item is ever in two baskets, or in none.
  async #keep(basket) {
    const transaction = this.#database.transaction("meta", "readwrite", { durability: "strict" });
    transaction.store.put(this.#all, "parked");
    if (basket) transaction.store.put(basket, "basket");
    else transaction.store.delete("basket");
    await transaction.done;
  }
}
