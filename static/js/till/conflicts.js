// An article paid at two tills: a red strip, and in its window the sentence to read to the customer.
import { shortName } from "./codes.js";
import { $, count, el, hour, icon } from "./dom.js";
import { euros } from "./money.js";

const dialog = $("conflicts-window");

export function installConflicts(counter) {
  const { till } = counter;
  // What was said aloud on this page: once is enough.
  const told = new Set();
  $("conflicts").addEventListener("click", () => dialog.showModal());
  till.addEventListener("news", ({ detail: { conflicts } }) => {
    draw(conflicts);
    const news = conflicts.filter(({ code, refund }) => refund && !told.has(code));
    for (const { code } of news) told.add(code);
    if (news.length) counter.refuse({ title: "Vendu deux fois", text: news.map(conflictSentence).join(" ") });
  });
}

// `conflict`: what the server says of it in a ping; times in ms, price in cents.
export function conflictSentence({ code, name, refund, other_till: other, other_at: at, price }) {
  const what = `L’article ${shortName(code)} (${name}) a aussi été vendu en caisse C${other} à ${spoken(at)}.`;
  return refund
    ? `${what} Votre vente est la seconde : le client sera remboursé de ${euros(price)}. Appelez un gestionnaire.`
    : `${what} Votre vente est la première : votre client garde l’article.`;
}

function draw(conflicts) {
  $("conflicts").hidden = !conflicts.length;
  $("conflicts-count").textContent = count(conflicts.length, "article vendu deux fois", "articles vendus deux fois");
  $("conflicts-list").replaceChildren(...conflicts.map(row));
  if (!conflicts.length && dialog.open) dialog.close();
}

function row(conflict) {
  return el("li", { class: "conflict" },
    icon(conflict.refund ? "octagon-alert" : "circle-check"),
    el("div", {},
      el("p", {}, conflictSentence(conflict)),
      el("p", { class: "conflict__own" }, `Vendu ici à ${spoken(conflict.at)}, ${euros(conflict.price)}.`),
    ),
  );
}

// `14 h 31`, as one says it.
function spoken(milliseconds) {
  return hour(milliseconds).replace(":", "\u00a0h\u00a0");
}
