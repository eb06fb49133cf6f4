// Whether this computer can be trusted with a till. Each check answers {tone, word, todo, facts}: `tone` is "success",
// "warning", "danger" or "todo" (somebody must try it), `todo` says what to do about it.
import { closeCamera, openCamera, readyDetector, CameraProblem } from "./camera.js";
import { hmac } from "./signing.js";
import { hold, wakeState } from "./wake.js";

const MB = 1024 * 1024;
const LITTLE = 100 * MB;
const ANSWER = 3000;
const FAR = 60 * 1000;
const BLURRED = 2000;
const SLOW_KEYS = 60;

const fine = (word, facts) => ({ tone: "success", word, facts });
const doubtful = (word, todo, facts) => ({ tone: "warning", word, todo, facts });
const wrong = (word, todo, facts) => ({ tone: "danger", word, todo, facts });

export async function checkStorage() {
  const storage = navigator.storage;
  if (!storage?.estimate) return wrong("Inconnu de ce navigateur", "Utilisez une version récente de Chrome, Edge ou Firefox.");
  const [{ quota, usage }, kept] = await Promise.all([storage.estimate(), isPersisted(storage)]);
  const free = quota - usage;
  const facts = { persisted: kept, free_mb: Math.round(free / MB), used_mb: Math.round(usage / MB) };
  if (free < LITTLE) return wrong(`Plus que ${facts.free_mb} Mo`, "Libérez de la place sur le disque, puis recommencez.", facts);
  if (kept) return fine("Le navigateur promet de garder les ventes", facts);
  return doubtful(
    "Le navigateur n’a rien promis",
    "Installez la caisse (« Plus », « Installer la caisse »), ou ajoutez cette page aux favoris. Vérifiez que la fenêtre n’est pas privée : ce navigateur ne le dit pas.",
    facts,
  );
}

async function isPersisted(storage) {
  if (await storage.persisted()) return true;
  // Some browsers ask the person first, and may wait for ever.
  return Promise.race([storage.persist(), new Promise((give) => setTimeout(give, ANSWER, false))]);
}

// The key as it lies on the disk signs like the one in use, and cannot be read.
export async function checkKey({ database, key }) {
  if (!key) return wrong("Pas encore de clé", "Ouvrez la caisse avec le réseau, puis recommencez.");
  const stored = await database.get("meta", "key");
  const text = crypto.randomUUID();
  const [one, other] = await Promise.all([hmac(key.key, text), stored ? hmac(stored.key, text) : null]);
  if (one === other && !key.key.extractable) return fine("Signe, et ne peut pas être copiée");
  return wrong("Ne signe pas comme elle devrait", "N’encaissez pas sur ce poste. Appelez un gestionnaire.");
}

export async function checkOffline() {
  const registration = await navigator.serviceWorker?.getRegistration("/till/");
  if (!registration?.active) return doubtful("Pas encore prêt", "Attendez une minute avec le réseau, puis recommencez.");
  const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((node) => node.href ?? node.src);
  const kept = await Promise.all(["/till/shell", ...files].map((address) => caches.match(address, { ignoreVary: true })));
  if (kept.every(Boolean)) return fine("La caisse s’ouvre sans réseau");
  return wrong("Des fichiers manquent", "Rechargez la page avec le réseau, puis recommencez.");
}

export async function checkClock({ database }) {
  const { offset = 0, error = Infinity } = (await database.get("meta", "clock")) ?? {};
  if (!Number.isFinite(error)) return doubtful("Jamais comparée au serveur", "Attendez le vert de la barre d’état, puis recommencez.");
  const facts = { offset_ms: Math.round(offset), error_ms: Math.round(error) };
  if (Math.abs(offset) > FAR) {
    const minutes = Math.round(Math.abs(offset) / 60000);
    const word = `${offset > 0 ? "Retarde" : "Avance"} de ${minutes} min : la caisse corrige`;
    return doubtful(word, "Réglez l’heure de cet appareil quand personne n’attend.", facts);
  }
  if (error > BLURRED) return doubtful(`Juste à ${Math.round(error / 1000)} s près`, "Le réseau est lent. Rien à faire.", facts);
  return fine(`Juste, à ${facts.error_ms} ms près`, facts);
}

export async function checkScreen() {
  await hold();
  const state = wakeState();
  if (state === "held") return fine("Reste allumé tant que la caisse est ouverte");
  const todo = "Dans les réglages de l’appareil, allongez le temps avant la mise en veille.";
  if (state === "missing") return doubtful("Ce navigateur ne peut pas le garder allumé", todo);
  return doubtful("Pourrait s’éteindre : économie d’énergie", `Branchez l’appareil. ${todo}`);
}

// `cameraless`: nothing needs a camera here, a scanner works.
export async function checkCamera({ scans }) {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  if (devices.some(({ kind }) => kind === "videoinput")) return { tone: "todo", word: "À essayer" };
  if (scans) return fine("Pas de caméra : la douchette suffit");
  return doubtful("Pas de caméra", "Branchez une douchette et essayez-la ci-dessus.");
}

export async function tryCamera() {
  try {
    closeCamera(await openCamera());
    await readyDetector();
    return fine("Une image, et de quoi lire les étiquettes");
  } catch (problem) {
    if (!(problem instanceof CameraProblem)) throw problem;
    return doubtful(problem.title, problem.text.replace("« Réessayer »", "« Essayer »"));
  }
}

const LAYOUTS = {
  us: "clavier lu tel quel",
  azerty: "douchette américaine sur clavier français : corrigé",
  keypad: "pavé numérique",
};

export function judgeScanner({ text, gap, layout }, expected) {
  const facts = { gap_ms: gap, layout };
  const told = `${gap} ms par touche, ${LAYOUTS[layout]}`;
  if (!/^\d{10}$/.test(text)) {
    return wrong(`Lu de travers : ${text}`, "Mettez la douchette en mode clavier, avec la touche Entrée à la fin, puis recommencez.", facts);
  }
  if (gap > SLOW_KEYS) return doubtful(`Lente : ${told}`, "Approchez-la de son récepteur, ou rechargez-la.", facts);
  return fine(text === expected ? `Lit le code d’essai : ${told}` : `Lit une étiquette : ${told}`, facts);
}

export function judgeSound(heard) {
  if (heard) return fine("Les deux sons s’entendent");
  return doubtful("Pas de son", "Montez le volume, branchez un casque ou une enceinte. Les couleurs et les mots suffisent sinon.");
}
