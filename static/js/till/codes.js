// The ten-digit code of a label: edition (2), list (4), line (2), two check digits (ISO 7064 MOD 97-10).

const SHORT = /^(\d{1,4})(?:\s*[-/\u2010-\u2013]\s*|\s+)(\d{1,2})$/;
const SEPARATORS = /[\s.\-\u2010-\u2013]+/g;

export function hasRightCheckDigits(code) {
  return Number(code) % 97 === 1;
}

export function makeCode(edition, list, line) {
  const body = [[edition, 2], [list, 4], [line, 2]].map(([n, width]) => String(n).padStart(width, "0")).join("");
  const rest = Number(`${body}00`) % 97;
  return body + String((98 - rest) % 97).padStart(2, "0");
}

export function formatCode(code) {
  return `${code.slice(0, 2)} ${code.slice(2, 6)} ${code.slice(6, 8)} ${code.slice(8)}`;
}

// `245-03`: list and line, as people say it.
export function shortName(code) {
  return `${Number(code.slice(2, 6))}-${code.slice(6, 8)}`;
}

// A label kept in reserve: list numbers that no depositor has.
export function isSpare(code) {
  return code.slice(2, 6) >= "9001" && code.slice(2, 6) <= "9998";
}

// What was scanned or typed: {code}, or {problem: "not-a-code" | "wrong-digits"}. `edition` completes `245-03`.
export function readCode(text, edition) {
  const typed = text.trim();
  const short = SHORT.exec(typed);
  if (short) return { code: makeCode(edition, short[1], short[2]) };
  const digits = typed.replace(SEPARATORS, "");
  if (!/^\d{10}$/.test(digits)) return { problem: "not-a-code" };
  return hasRightCheckDigits(digits) ? { code: digits } : { problem: "wrong-digits" };
}

// C3; a training till has a number that no hall has.
export function tillName({ number, training }) {
  return training ? "École" : `C${number}`;
}
