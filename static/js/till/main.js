// The till's page: one tab sells, everything it knows is read from disk, then the server is asked.
import { raiseAlarm } from "./alarms.js";
import { showAnswer } from "./basket-view.js";
import { Counter } from "./counter.js";
import { $ } from "./dom.js";
import { installFeatures } from "./features.js";
import { hideGate, showGate } from "./gate.js";
import { HistoryView } from "./history-view.js";
import { listenForKeys } from "./keys.js";
import { openMenu } from "./menu.js";
import { isOurs, NotReady, register } from "./registration.js";
import { listenForScans } from "./scanner.js";
import { showState } from "./status-view.js";
import { Till } from "./till.js";
import { openUnlabelled } from "./unlabelled-view.js";
import { askForUpdates, isUpdating, keepPage } from "./update.js";

const tillId = Number(/\/till\/(\d+)/.exec(location.pathname)[1]);
const till = new Till(tillId, document.body.dataset.version);
const theme = /(?:^|; )theme=(light|dark)/.exec(document.cookie)?.[1];
if (theme) document.documentElement.dataset.theme = theme;

showGate("Caisse déjà ouverte ici", "Un autre onglet de ce navigateur vend déjà, ou compte son tiroir. Cette page prend le relais dès qu’il est fermé.");
// Held as long as this page lives: exactly one tab sells.
navigator.locks.request(`bourse-till-${tillId}`, () => new Promise(() => start()));

async function start() {
  showGate("Ouverture de la caisse…", "");
  try {
    await till.open();
  } catch (problem) {
    console.error(problem);
    showGate(
      "Mémoire de la caisse illisible",
      "Fermez ce navigateur, puis rouvrez la caisse. Rien n’y fait ? Redémarrez l’appareil, et appelez un gestionnaire. N’effacez rien : il garde peut-être des ventes.",
      "retry",
      { tillId, again: () => location.reload() },
    );
    return;
  }
  const counter = new Counter(till);
  const history = new HistoryView(till, {
    voided(words) {
      // "Encaissé" and its change, larger, would say the contrary.
      counter.nextCustomer();
      counter.dispatchEvent(new Event("voided"));
      showAnswer("accepted", `Annulé : ${words}`, "Remettez les articles en vente.");
      counter.scanWaiting();
    },
    receipt: (sale) => counter.dispatchEvent(new CustomEvent("receipt", { detail: sale })),
    failed(title, text) {
      counter.refuse({ title, text });
      counter.scanWaiting();
    },
  });
  closeDialogsByTheirCross();
  installFeatures(counter);
  till.addEventListener("change", () => showState(till));
  till.addEventListener("news", ({ detail }) => {
    tellLostMemory(till);
    followSession(counter, detail.session);
    tellPutAside(counter);
  });
  till.addEventListener("verdict", () => tellPutAside(counter));
  setInterval(() => showState(till), 15000);
  // The computer slept, or its clock was set: ask the server for the time before the next sale.
  setInterval(() => till.clock.isInDoubt() && till.connection.send(), 1000);
  showState(till);
  tellLostMemory(till);

  listenForScans((text, at) => counter.scan(text, at));
  listenForKeys({
    pay: (mode) => counter.payment.choose(mode),
    back: () => counter.payment.leave(),
    removeLast: () => counter.basket.lines.length && counter.remove(counter.basket.lines.at(-1).key),
    history: () => history.open(),
    synchronise,
    menu: openMenu,
    last: () => counter.dispatchEvent(new Event("last")),
    camera: () => counter.dispatchEvent(new Event("camera")),
    park: () => counter.dispatchEvent(new Event("park")),
    unlabelled: openUnlabelled,
    type: () => $("manual-code").focus(),
  });
  for (const [name, act] of [["open-history", () => history.open()], ["synchronise", synchronise], ["close-till", () => closeTill(counter)]]) {
    $(name).addEventListener("click", act);
  }
  window.addEventListener("beforeunload", (event) => {
    if (till.pending.count && !isUpdating()) event.preventDefault();
  });
  navigator.storage?.persist?.().then((answer) => {
    till.persisted = answer;
  });
  keepPage(till.version);
  askForUpdates(() => !counter.basket.lines.length && !till.saving);
  if (till.canSell) hideGate();
  counter.draw();
  await enter(counter);
}

// Ask the server who works here; sell with what is known when it cannot be asked.
async function enter(counter, takeOver = false) {
  const again = (over) => enter(counter, over);
  try {
    await register(till, takeOver);
    if (till.key && till.catalogue.edition === null) {
      showGate("Chargement des articles…", "Quelques secondes suffisent.");
      await till.exchange.loadCatalogue();
    }
    hideGate();
    counter.draw();
  } catch (problem) {
    if (problem instanceof NotReady) showGate(problem.title, problem.text, problem.action, { tillId, again });
    else {
      console.error(problem);
      showGate("Chargement impossible", "Le serveur ne répond pas comme prévu.", "retry", { tillId, again });
    }
  }
  tellLostMemory(till);
  // Also when nothing can be sold here now: what waits is sent.
  if (till.key) till.connection.now();
}

// The session was closed or taken over elsewhere, or somebody else sells now: the customer being served comes first.
async function followSession(counter, session) {
  if (session && isOurs(till, session)) {
    if (session.by !== till.session.by) await till.remember({ session });
  } else if (till.session && !counter.basket.lines.length && !till.saving) {
    await enter(counter);
  }
}

function tellLostMemory({ lost }) {
  if (!lost) return;
  raiseAlarm("lost", `Cet appareil avait noté des ventes jusqu’au n° ${lost.noted}, il n’en retrouve que ${lost.here}. Appelez un gestionnaire.`, () => {
    till.lost = null;
  });
}

async function synchronise() {
  await till.connection.now();
  return till.connection.state === "online" && till.pending.count === 0;
}

async function closeTill(counter) {
  if (counter.basket.lines.length) {
    counter.refuse({ title: "Panier en cours", text: "Encaissez ou videz le panier avant de fermer la caisse." });
  } else if (till.parked.all.length) {
    counter.refuse({ title: "Paniers en attente", text: "Reprenez-les ou abandonnez-les avant de fermer la caisse." });
  } else if (await synchronise()) {
    location.href = `/till/${tillId}/closure`;
  } else {
    counter.refuse({ title: "Fermeture impossible", text: "Des ventes ne sont pas encore envoyées, ou le serveur ne répond pas. Réessayez avec le réseau." });
  }
}

// Also what the service worker sent while no page was open. An article sold twice is told by conflicts.js, from the ping that
// follows: it knows where the other sale was.
async function tellPutAside(counter) {
  const putAside = await till.database.countFromIndex("journal", "state", "quarantined");
  if (putAside > till.putAside) {
    counter.refuse({ title: "Vente à vérifier", text: "Le serveur l’a mise de côté : prévenez un gestionnaire." });
  }
  if (putAside !== till.putAside) await till.remember({ putAside });
}

function closeDialogsByTheirCross() {
  for (const cross of document.querySelectorAll("dialog [data-close]")) {
    cross.addEventListener("click", () => cross.closest("dialog").close());
  }
}
