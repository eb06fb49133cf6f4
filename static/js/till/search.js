// Finding items in the catalogue by what one sees of them: words, size, colour, price, list. Pure.
import { readCode } from "./codes.js";
import { parseEuros } from "./money.js";

// `4,50`, `4.5`, `12€`: a price and nothing else.
const PRICE = /^\d+(?:[.,]\d{1,2}€?|€)$/;
const FOR_SALE = 1000;
const CODE_ITSELF = 2000;

// `Œuvre d'ÉTÉ T38` → `oeuvre d ete t 38`: no accents or capitals, words and numbers apart.
export function fold(text) {
  return text
    .toLowerCase()
    .replace(/œ/g, "oe")
    .replace(/æ/g, "ae")
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .replace(/(\p{L})(?=\p{N})|(\p{N})(?=\p{L})/gu, "$& ")
    .trim();
}

// Items stay the same object until something of them changes: folded once each. Their names are a few hundred.
const folded = new WeakMap();
const names = new Map();

function wordsOf(item) {
  let words = folded.get(item);
  if (!words) {
    if (!names.has(item.name)) names.set(item.name, fold(item.name));
    const name = ` ${names.get(item.name)}`;
    words = { name, all: `${name} ${fold(item.detail)} `, list: String(Number(item.code.slice(2, 6))) };
    folded.set(item, words);
  }
  return words;
}

// Fold items ahead of the first search, while `mayGoOn()`; true once nothing is left to do.
export function prepare(items, mayGoOn) {
  for (const item of items) {
    if (folded.has(item)) continue;
    if (!mayGoOn()) return false;
    wordsOf(item);
  }
  return true;
}

// What was typed: {code} of a label when it is one, and what each word must be found as.
function readQuery(text, edition) {
  const { code = null } = readCode(text, edition);
  const wanted = [];
  for (const typed of text.trim().split(/\s+/)) {
    if (PRICE.test(typed)) wanted.push({ price: parseEuros(typed) });
    else for (const word of fold(typed).split(" ")) if (word) wanted.push(wantedWord(word));
  }
  return { code, wanted };
}

function wantedWord(word) {
  if (/^\d+$/.test(word)) return { number: word, list: String(Number(word)), cents: Number(word) * 100 };
  // `pantalons` finds a pantalon.
  return { word: word.length > 3 ? word.replace(/[sx]$/, "") : word };
}

// How well one wanted thing fits an item; 0 when it does not.
function fit(want, item, words) {
  if (want.price !== undefined) return item.price === want.price ? 3 : 0;
  if (want.number) {
    if (words.list === want.list) return 8;
    if (words.all.includes(` ${want.number} `)) return 6;
    return item.price === want.cents ? 3 : 0;
  }
  if (words.name.includes(` ${want.word}`)) return 6;
  if (words.all.includes(` ${want.word}`)) return 4;
  return want.word.length > 2 && words.all.includes(want.word) ? 1 : 0;
}

// The items that are all that was typed, best first, what can be sold before the rest, else in the order they came
// (the catalogue's: by label); {hits, total}.
export function search(items, text, edition, limit) {
  const { code, wanted } = readQuery(text, edition);
  // Few ranks, many items: nothing is sorted but the ranks.
  const ranks = new Map();
  let total = 0;
  for (const item of items) {
    const rank = item.code === code ? CODE_ITSELF : rankOf(item, scoreOf(wanted, item));
    if (!rank) continue;
    total += 1;
    const hits = ranks.get(rank);
    if (!hits) ranks.set(rank, [item]);
    else if (hits.length < limit) hits.push(item);
  }
  const best = [...ranks.keys()].sort((a, b) => b - a);
  return { hits: best.flatMap((rank) => ranks.get(rank)).slice(0, limit), total };
}

function rankOf(item, score) {
  return score && item.state === "o" ? FOR_SALE + score : score;
}

function scoreOf(wanted, item) {
  if (!wanted.length) return 0;
  const words = wordsOf(item);
  let sum = 0;
  for (const want of wanted) {
    const score = fit(want, item, words);
    if (!score) return 0;
    sum += score;
  }
  return sum;
}
