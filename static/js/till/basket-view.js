// The left side: the answer to the last scan, and the basket in large lines.
import { $, count, el, icon } from "./dom.js";
import { lineNumber, numberWithDot } from "./lines.js";
import { euros } from "./money.js";

const list = $("basket");
// What the lines on the screen show: a scan adds one and leaves the others alone.
let drawn = [];

export function showBasket(basket, onRemove) {
  $("basket-empty").hidden = basket.lines.length > 0;
  const differs = drawn.findIndex((item, index) => item !== basket.lines[index]);
  const kept = differs < 0 ? drawn.length : differs;
  while (list.children.length > kept) list.lastElementChild.remove();
  list.append(...basket.lines.slice(kept).map((item, index) => line(item, kept + index + 1, basket.catalogue, onRemove)));
  drawn = [...basket.lines];
  $("count").textContent = count(basket.lines.length, "article", "articles");
  $("total").textContent = euros(basket.total);
  // Once all is changed, so that the page is laid out once.
  requestAnimationFrame(() => list.lastElementChild?.scrollIntoView({ block: "nearest" }));
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
  if (answer.dataset.tone !== tone) {
    answer.dataset.tone = tone;
    $("answer-icon").replaceChildren(...(tone ? [icon(tone === "accepted" ? "circle-check" : "circle-x")] : []));
  }
  $("answer-title").textContent = title || "Scannez un article";
  $("answer-text").textContent = text;
  // Two names of one animation, so that the same answer twice flashes twice without measuring the page.
  answer.dataset.flash = tone && answer.dataset.flash === "odd" ? "even" : "odd";
}
