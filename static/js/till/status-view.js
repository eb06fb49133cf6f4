// The state bar: whether what was sold is safe at the server, always in view, in colour and in words.
import { tillName } from "./codes.js";
import { $, count, duration, hour, icon } from "./dom.js";

const TONES = { success: "circle-check", info: "refresh-cw", warning: "cloud-off", danger: "octagon-alert" };
const bar = $("status");
const HOURS = 60 * 60 * 1000;
// 3-till.md, 11: how much may wait here before somebody is warned, and before a copy is asked for.
const WARN = { count: 400, age: 60 * HOURS };
const EXPORT_AT = 500;

// What to say of a till: [tone, words].
export function describeState({ connection, pending, clock, exchange }) {
  const kept = count(pending.count, "vente gardée", "ventes gardées");
  if (connection.state === "broken") return ["danger", "NE PAS FERMER – l’enregistrement ne marche plus, appelez un gestionnaire"];
  if (connection.state === "refused") {
    return ["danger", `NE PAS FERMER – caisse non reconnue, ${kept} : reconnectez-vous`];
  }
  if (pending.count >= EXPORT_AT) return ["danger", `NE PAS FERMER – ${kept} : exportez-les (Plus, Exporter les ventes)`];
  if (pending.count && connection.state !== "online") {
    const age = clock.now() - pending.oldest;
    const where = connection.state === "auth-wait" ? "Reconnectez-vous" : "Hors connexion";
    const words = `${where} – ${kept}, la plus ancienne ${duration(age)}`;
    if (pending.count >= WARN.count || age >= WARN.age) return ["danger", `${words} : prévenez un gestionnaire`];
    return ["warning", words];
  }
  if (connection.state === "auth-wait") return ["warning", "Reconnectez-vous – vous pouvez continuer à vendre"];
  if (connection.state === "offline") return ["warning", "Hors connexion – vous pouvez continuer à vendre"];
  if (exchange.agrees === false) return ["danger", "Écart avec le serveur – vos ventes sont gardées, appelez un gestionnaire"];
  if (pending.count) return ["info", `Envoi en cours – ${kept}`];
  if (connection.state === "connecting") return ["info", "Connexion…"];
  return ["success", `Synchronisé ${hour(connection.lastSync)}`];
}

export function showState(till) {
  const [tone, words] = describeState(till);
  if (bar.dataset.tone !== tone || !$("status-icon").firstChild) {
    bar.dataset.tone = tone;
    $("status-icon").replaceChildren(icon(TONES[tone]));
  }
  if ($("status-text").textContent !== words) $("status-text").textContent = words;
  $("place").textContent = till.place ? `Caisse ${tillName(till.place)}` : "Caisse";
  $("training").hidden = !till.place?.training;
  $("volunteer").textContent = till.session?.volunteer ?? "";
}
