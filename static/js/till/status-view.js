// The state bar: whether what was sold is safe at the server, always in view, in colour and in words.
import { $, count, duration, hour, icon } from "./dom.js";

const TONES = { success: "circle-check", info: "refresh-cw", warning: "cloud-off", danger: "octagon-alert" };
const bar = $("status");

// What to say of a till: [tone, words].
export function describeState({ connection, pending, clock }) {
  const kept = count(pending.count, "vente gardée", "ventes gardées");
  if (connection.state === "broken") return ["danger", "NE PAS FERMER – l'enregistrement ne marche plus, appelez un gestionnaire"];
  if (connection.state === "refused") {
    return ["danger", `NE PAS FERMER – caisse non reconnue, ${kept}, appelez un gestionnaire`];
  }
  if (connection.state === "offline") {
    if (!pending.count) return ["warning", "Hors connexion – vous pouvez continuer à vendre"];
    const age = duration(clock.now() - pending.oldest);
    return ["warning", `Hors connexion – ${kept}, la plus ancienne ${age}`];
  }
  if (pending.count) return ["info", `Envoi en cours – ${kept}`];
  if (connection.state === "connecting") return ["info", "Connexion…"];
  return ["success", `Synchronisé ${hour(connection.lastSync)}`];
}

export function showState(till) {
  const [tone, words] = describeState(till);
  bar.dataset.tone = tone;
  if ($("status-text").textContent !== words) $("status-text").textContent = words;
  $("status-icon").replaceChildren(icon(TONES[tone]));
  $("place").textContent = till.place ? `Caisse ${till.place.number}` : "Caisse";
  $("training").hidden = !till.place?.training;
  $("volunteer").textContent = till.session?.volunteer ?? "";
}
