// Before acting on the rows ticked: says in the dialog how many of them count (`data-cents`), and their sum.
import { euros } from "./till/money.js";

function tell(sentence) {
  const ticked = [...sentence.closest("form").querySelectorAll("[data-select-row]:checked")];
  const cents = ticked.filter((row) => "cents" in row.dataset).map((row) => Number(row.dataset.cents));
  const sum = euros(cents.reduce((total, each) => total + each, 0));
  const { bulkSum, bulkNone } = sentence.dataset;
  sentence.textContent = cents.length ? bulkSum.replace("{count}", cents.length).replace("{sum}", sum) : bulkNone;
}

document.addEventListener(
  "beforetoggle",
  (event) => {
    const sentence = event.newState === "open" && event.target.querySelector("[data-bulk-sum]");
    if (sentence) tell(sentence);
  },
  true,
);
