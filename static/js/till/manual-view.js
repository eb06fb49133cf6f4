// Typing a code: the item is shown large before it is added. Words are a search of an item without a label.
import { formatCode } from "./codes.js";
import { $ } from "./dom.js";
import { euros } from "./money.js";

const WORDS = /\p{L}{2}/u;
// The item shown, and whether it was found without reading its label.
let shown = null;

export function installManual(counter) {
  const field = $("manual-code");

  $("manual").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value.trim() || !counter.till.canSell) return;
    if (WORDS.test(field.value)) {
      counter.dispatchEvent(new CustomEvent("words", { detail: field.value }));
      field.value = "";
      return;
    }
    const { item, refusal } = counter.basket.look(field.value);
    if (item) askAbout(item);
    else counter.take({ refusal });
  });
  $("found-form").addEventListener("submit", () => {
    field.value = "";
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    counter.nextCustomer();
    const { item, refusal } = counter.basket.lookUp(shown.code);
    counter.take(item ? { item: { ...item, hand: shown.hand } } : { refusal });
    field.blur();
  });
}

// « Est-ce bien cet article ? » `hand`: it was found by search, its label was not read.
export function askAbout(item, hand = undefined) {
  shown = { code: item.code, hand };
  $("found-name").textContent = item.name;
  $("found-detail").textContent = item.detail;
  $("found-price").textContent = euros(item.price);
  $("found-code").textContent = formatCode(item.code);
  $("found").showModal();
  $("found-add").focus();
}

// The item asked about while nobody has answered, else null.
export function unanswered() {
  return $("found").open ? { code: shown.code, name: $("found-name").textContent } : null;
}
