// The left side: the answer to the last scan, and the basket in large lines.
import { $, count, el, icon } from "./dom.js";
import { lineNumber, numberWithDot } from "./lines.js";
import { euros } from "./money.js";

const list = $("basket");

export function showBasket(basket, onRemove) {
  $("basket-empty").hidden = basket.lines.length > 0;
  list.replaceChildren(...basket.lines.map((item, index) => line(item, index + 1, basket.catalogue, onRemove)));
  $("count").textContent = count(basket.lines.length, "article", "articles");
  $("total").textContent = euros(basket.total);
  list.lastElementChild?.scrollIntoView({ block: "nearest" });
}

function line(item, rank, catalogue, onRemove) {
  const number = item.code ? numberWithDot(item.code, catalogue.colourOf(item.code)) : el("strong", {}, lineNumber(item));
  return el("li", { class: "line" },
    el("span", { class: "line__rank", "aria-hidden": "true" }, String(rank)),
    el("span", { class: "line__what" },
      el("span", { class: "line__name" }, item.name),
      el("span", { class: "line__detail" }, number, item.detail ? ` · ${item.detail}` : ""),
    ),
    el("span", { class: "line__price" }, euros(item.price)),
    el("button", {
      class: "button button--square", type: "button", title: "Retirer du panier",
      "aria-label": `Retirer ${item.name} ${lineNumber(item)} du panier`, onclick: () => onRemove(item.key),
    }, icon("x")),
  );
}

// `tone`: "accepted", "refused" or "" for nothing said yet. Both change colour, sign and words.
export function showAnswer(tone, title = "", text = "") {
  const answer = $("answer");
  answer.dataset.tone = tone;
  $("answer-icon").replaceChildren(...(tone ? [icon(tone === "accepted" ? "circle-check" : "circle-x")] : []));
  $("answer-title").textContent = title || "Scannez un article";
  $("answer-text").textContent = text;
  // Two names of one animation, so that the same answer twice flashes twice without measuring the page.
  answer.dataset.flash = tone && answer.dataset.flash === "odd" ? "even" : "odd";
}
