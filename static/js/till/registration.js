// Asking the server who works here: the session of this till, and the key of this browser.
import { isPrivateWindow } from "./private-window.js";
import { personRequest, ServerProblem } from "./server.js";
import { importSecret } from "./signing.js";

// A reason why nothing can be sold here now: {title, text, action?: "open" | "sign-in" | "take-over" | "retry" | "choose"}.
export class NotReady extends Error {
  constructor(title, text, action) {
    super(title);
    Object.assign(this, { title, text, action });
  }
}

// Bring what the till knows up to date. Without the server it goes on with what it has.
export async function register(till, takeOver = false) {
  if (!till.key && (await isPrivateWindow())) {
    throw new NotReady("Fenêtre privée", "Elle oublie tout quand on la ferme : vos ventes seraient perdues. Fermez-la, et ouvrez la caisse dans une fenêtre ordinaire.");
  }
  let answer;
  try {
    answer = await personRequest(`/till/${till.id}/state`);
  } catch (problem) {
    if (!(problem instanceof ServerProblem)) throw problem;
    if (till.key && till.session) return;
    throw new NotReady("Pas de connexion", "Cette caisse n’a encore jamais servi ici : il faut le réseau pour la première ouverture.", "retry");
  }
  const { status, data } = answer;
  if (status === 401) {
    if (till.key && till.session) return;
    throw new NotReady("Connectez-vous", "Votre connexion a expiré. Vos ventes sont gardées.", "sign-in");
  }
  if (status !== 200 || !data.till) {
    if (till.key && till.session) return;
    if (status === 404) throw new NotReady("Cette caisse n’existe pas", "Choisissez la vôtre parmi celles de l’édition.", "choose");
    throw new NotReady("Caisse indisponible", data.error ?? "Le serveur ne répond pas comme prévu.", "retry");
  }
  await till.remember({ place: data.till });
  if (!data.session) {
    await till.remember({ session: null });
    throw new NotReady("Caisse fermée", "Ouvrez-la en comptant le fonds de caisse.", "open");
  }
  if (till.key && isOurs(till, data.session)) {
    await till.remember({ session: data.session });
    await vouch(till, data.csrf);
  } else {
    await join(till, data, takeOver);
  }
}

// The session this browser sells in: not one that was closed, nor one that goes on at another device.
export function isOurs(till, session) {
  return till.session?.uuid === session?.uuid && session?.device === till.key?.id;
}

// Who is signed in lets this browser send its journal, until that sign-in ends: also what earlier keys signed.
export async function vouch(till, csrf) {
  for (const id of new Set([...Object.keys(till.keys ?? {}), till.key.id])) {
    await personRequest(`/till/${till.id}/device/login`, { method: "POST", csrf, data: { key_id: id } });
  }
}

async function join(till, { csrf, session }, takeOver) {
  const { status, data } = await personRequest(`/till/${till.id}/device`, {
    method: "POST",
    csrf,
    data: { key_id: till.key?.id ?? null, take_over: takeOver },
  });
  if (status === 409) {
    // Nothing more is sold here, also without the network: two devices would share one drawer and its numbers.
    await till.remember({ session: null });
    throw new NotReady("Caisse ouverte ailleurs", data.error, "take-over");
  }
  if (status !== 200) throw new NotReady("Caisse indisponible", data.error ?? "Rechargez la page.", "retry");
  const key = data.secret ? { id: data.key_id, key: await importSecret(data.secret) } : till.key;
  // First the numbers: a page closed in between must not begin with one that was given out.
  await till.catchUp(data);
  await till.remember({ key, session: { ...session, device: key.id } });
}
