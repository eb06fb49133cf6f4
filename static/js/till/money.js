// Money is integer cents; this is the only place that reads or prints euros.

const WHOLE = new Intl.NumberFormat("fr-FR");

export function euros(cents) {
  const sign = cents < 0 ? "-" : "";
  const whole = Math.trunc(Math.abs(cents) / 100);
  return `${sign}${WHOLE.format(whole)},${String(Math.abs(cents) % 100).padStart(2, "0")}\u00a0€`;
}

// `12`, `12,5`, `12.50 €` → cents; null when it is not an amount.
export function parseEuros(text) {
  const found = /^(\d{1,6})(?:[.,](\d{1,2}))?$/.exec(text.replace(/[\s\u00a0\u202f€]/g, ""));
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "0").padEnd(2, "0")) : null;
}
