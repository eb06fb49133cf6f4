// Sums of a payment: what is still due, what is given back. Pure.

export const METHODS = ["cash", "card", "cheque"];
export const METHOD_NAMES = { cash: "Espèces", card: "Carte", cheque: "Chèque" };
const PAID_HOW = { cash: "en espèces", card: "par carte", cheque: "par chèque" };

// One method pays all. `tendered` (cents, cash only): null means the exact sum.
export function wholePayment(method, total, tendered = null) {
  const payment = { method, amount: total };
  if (method === "cash") payment.tendered = tendered ?? total;
  return [payment];
}

// Several methods: `amounts` {cash, card, cheque} in cents. Cash beyond what is due is given back.
// Returns {payments, due} where `due` is what is still missing (negative when card and cheque exceed the total).
export function splitPayment(amounts, total) {
  const bank = (amounts.card ?? 0) + (amounts.cheque ?? 0);
  const cash = Math.min(amounts.cash ?? 0, Math.max(0, total - bank));
  const payments = METHODS.map((method) =>
    method === "cash"
      ? { method, amount: cash, tendered: amounts.cash ?? 0 }
      : { method, amount: amounts[method] ?? 0 },
  ).filter((payment) => payment.amount > 0);
  return { payments, due: total - bank - cash };
}

export function changeDue(payments) {
  return payments.reduce((sum, { amount, tendered }) => sum + Math.max(0, (tendered ?? amount) - amount), 0);
}

// How `amount` of a sale is given back: as it was paid, or all in cash. `given`: refunds made before.
export function refundFor(payments, given, amount, inCash) {
  if (inCash) return amount ? [{ method: "cash", amount }] : [];
  let rest = amount;
  const refunds = [];
  for (const method of METHODS) {
    const paid = sumOf(payments, method) - sumOf(given, method);
    const part = Math.min(rest, Math.max(0, paid));
    if (part > 0) refunds.push({ method, amount: part });
    rest -= part;
  }
  // Paid by card, an earlier part given back in cash: what no method covers is cash too.
  if (rest > 0) {
    const cash = refunds.find(({ method }) => method === "cash");
    if (cash) cash.amount += rest;
    else refunds.unshift({ method: "cash", amount: rest });
  }
  return refunds;
}

export function describe(parts) {
  return parts.map(({ method }) => METHOD_NAMES[method].toLowerCase()).join(" et ");
}

// « en espèces et par carte ».
export function paidHow(parts) {
  return parts.map(({ method }) => PAID_HOW[method]).join(" et ");
}

function sumOf(parts, method) {
  return parts.filter((part) => part.method === method).reduce((sum, { amount }) => sum + amount, 0);
}
