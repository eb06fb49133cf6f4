// The till's page: one tab sells, everything it knows is read from disk, then the server is asked.
import { accepted, refused } from "./sounds.js";
import { showAnswer, showBasket } from "./basket-view.js";
import { formatCode, shortName } from "./codes.js";
import { $ } from "./dom.js";
import { HistoryView } from "./history-view.js";
import { listenForKeys } from "./keys.js";
import { euros } from "./money.js";
import { PaymentView } from "./payment-view.js";
import { NotReady, register } from "./registration.js";
import { listenForScans } from "./scanner.js";
import { showState } from "./status-view.js";
import { Till } from "./till.js";
import { askForUpdates, keepPage } from "./update.js";
import { hideGate, showGate } from "./gate.js";

const tillId = Number(/\/till\/(\d+)/.exec(location.pathname)[1]);
const till = new Till(tillId, document.body.dataset.version);
const theme = /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1];
if (theme) document.documentElement.dataset.theme = theme;

showGate("Caisse déjà ouverte ici", "Un autre onglet de ce navigateur vend déjà. Cette page prend le relais dès qu'il est fermé.");
// Held as long as this page lives: exactly one tab sells.
navigator.locks.request(`bourse-till-${tillId}`, () => new Promise(() => start()));

async function start() {
  showGate("Ouverture de la caisse…", "");
  await till.open();
  const payment = new PaymentView(() => till.basket, sell);
  const history = new HistoryView(till, {
    voided(refunds) {
      const sum = refunds.reduce((total, { amount }) => total + amount, 0);
      showAnswer("accepted", `Annulé : rendez ${euros(sum)}`, "Remettez les articles en vente.");
      scanWaiting();
    },
    failed(title, text) {
      refuse({ title, text });
      scanWaiting();
    },
  });
  const waiting = [];
  till.addEventListener("change", () => showState(till));
  till.addEventListener("verdict", ({ detail }) => tellVerdicts(detail));
  setInterval(() => showState(till), 15000);
  showState(till);

  function draw() {
    showBasket(till.basket, (code) => {
      till.basket.remove(code);
      changed();
    });
    payment.basketChanged();
  }

  function changed() {
    till.keepBasket();
    draw();
  }

  // --- scans: in order, also those that come while a sale or a void is being written

  function scan(text) {
    if (!till.canSell || isGated()) return refuse({ title: "Caisse pas prête", text: "Attendez l'ouverture de la caisse." });
    if (till.saving) return waiting.push(text);
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    if (payment.isDone) payment.leave();
    const { item, refusal } = till.basket.look(text);
    if (refusal) return refuse(refusal);
    return add(item);
  }

  function scanWaiting() {
    for (const text of waiting.splice(0)) scan(text);
  }

  function add(item) {
    till.basket.add(item);
    showAnswer("accepted", `${item.name} · ${euros(item.price)}`, [shortName(item.code), item.detail].filter(Boolean).join(" · "));
    changed();
    accepted();
  }

  function refuse({ title, text }) {
    showAnswer("refused", title, text);
    refused();
  }

  // --- typing a code: the item is shown large before it is added

  $("manual").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("manual-code").value;
    if (!text.trim() || !till.canSell) return;
    const { item, refusal } = till.basket.look(text);
    if (refusal) return refuse(refusal);
    $("found-name").textContent = item.name;
    $("found-detail").textContent = item.detail;
    $("found-price").textContent = euros(item.price);
    $("found-code").textContent = formatCode(item.code);
    $("found").dataset.code = item.code;
    $("found").showModal();
    $("found-add").focus();
  });
  $("found-form").addEventListener("submit", () => {
    $("manual-code").value = "";
    if (payment.isDone) payment.leave();
    const { item, refusal } = till.basket.look($("found").dataset.code);
    if (refusal) refuse(refusal);
    else add(item);
    $("manual-code").blur();
  });
  $("found").querySelector("[data-close]").addEventListener("click", () => $("found").close());

  // --- paying

  async function sell(payments) {
    if (till.saving) return;
    try {
      const record = await till.sell(payments);
      draw();
      payment.done(record);
      showAnswer("accepted", "Encaissé", "Scannez l'article suivant pour servir le prochain client.");
    } catch (error) {
      console.error(error);
      refuse({ title: "NON ENREGISTRÉ", text: "La vente n'est pas faite, le panier est gardé. Recommencez, ou appelez un gestionnaire." });
    }
    scanWaiting();
  }

  function tellVerdicts(records) {
    const twice = records.filter(({ state }) => state === "conflict").flatMap(({ details }) => details.conflicts ?? []);
    if (twice.length) refuse({ title: "Vendu deux fois", text: `${twice.map(shortName).join(", ")} : prévenez un gestionnaire.` });
    else refuse({ title: "Vente à vérifier", text: "Le serveur l'a mise de côté : prévenez un gestionnaire." });
  }

  // --- everything else

  async function synchronise() {
    await till.connection.now();
    if (till.connection.state !== "online") return false;
    return till.pending.count === 0;
  }

  async function closeTill() {
    if (till.basket.lines.length) return refuse({ title: "Panier en cours", text: "Encaissez ou videz le panier avant de fermer la caisse." });
    if (await synchronise()) location.href = `/till/${tillId}/closure`;
    else refuse({ title: "Fermeture impossible", text: "Des ventes ne sont pas encore envoyées, ou le serveur ne répond pas. Réessayez avec le réseau." });
  }

  async function enter(takeOver = false) {
    try {
      await register(till, takeOver);
      if (till.key && till.catalogue.edition === null) {
        showGate("Chargement des articles…", "Quelques secondes suffisent.");
        await till.loadCatalogue();
      }
      till.connection.now();
      hideGate();
      draw();
      askForUpdates(() => !till.basket.lines.length && !till.saving);
    } catch (problem) {
      if (problem instanceof NotReady) showGate(problem.title, problem.text, problem.action, { tillId, again: enter });
      else {
        console.error(problem);
        showGate("Chargement impossible", "Le serveur ne répond pas comme prévu.", "retry", { tillId, again: enter });
      }
    }
  }

  listenForScans(scan);
  listenForKeys({
    pay: (mode) => payment.choose(mode),
    back: () => payment.leave(),
    removeLast: () => {
      const last = till.basket.lines.at(-1);
      if (last) {
        till.basket.remove(last.code);
        changed();
      }
    },
    history: () => history.open(),
    synchronise,
    type: () => $("manual-code").focus(),
  });
  for (const [name, act] of [["open-history", () => history.open()], ["synchronise", synchronise], ["close-till", closeTill]]) {
    $(name).addEventListener("click", act);
  }
  window.addEventListener("beforeunload", (event) => {
    if (till.pending.count) event.preventDefault();
  });
  navigator.storage?.persist?.();
  keepPage();
  if (till.canSell) hideGate();
  draw();
  await enter();
}

function isGated() {
  return !$("gate").hidden;
}
