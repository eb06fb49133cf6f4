// Typing a code: the item is shown large before it is added.
import { formatCode } from "./codes.js";
import { $ } from "./dom.js";
import { euros } from "./money.js";

export function installManual(counter) {
  const field = $("manual-code");

  $("manual").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value.trim() || !counter.till.canSell) return;
    const { item, refusal } = counter.basket.look(field.value);
    if (item) show(item);
    else counter.take({ refusal });
  });
  $("found-form").addEventListener("submit", () => {
    field.value = "";
    counter.nextCustomer();
    counter.take(counter.basket.look($("found").dataset.code));
    field.blur();
  });
}

function show(item) {
  $("found-name").textContent = item.name;
  $("found-detail").textContent = item.detail;
  $("found-price").textContent = euros(item.price);
  $("found-code").textContent = formatCode(item.code);
  $("found").dataset.code = item.code;
  $("found").showModal();
  $("found-add").focus();
}
