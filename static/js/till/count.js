// Adds up the notes and coins as they are typed, on the closing page.
import { euros } from "./money.js";

function addUp() {
  const fields = document.querySelectorAll("[data-count] input[name^='piece_']");
  const sum = [...fields].reduce((total, { name, value }) => total + Number(name.slice(6)) * (Number(value) || 0), 0);
  const output = document.querySelector("[data-count-total]");
  if (output) output.textContent = euros(sum);
}

document.addEventListener("input", (event) => event.target.closest("[data-count]") && addUp());
document.addEventListener("htmx:afterSwap", addUp);
addUp();
