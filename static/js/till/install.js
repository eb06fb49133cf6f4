// Putting the till on this device as an app: its own window, and storage the browser promises to keep.
import { inMenu } from "./menu.js";

const button = document.querySelector('[data-menu="install"]');
let offer = null;

// The browser may offer it before the till is open.
button.hidden = true;
window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  button.hidden = false;
});

export function installInstall(counter) {
  inMenu("install", ask);
  window.addEventListener("appinstalled", async () => {
    button.hidden = true;
    await navigator.storage.persist();
    counter.accept("Caisse installée", "Ouvrez-la par son icône, sur le bureau ou l’écran d’accueil.");
  });
}

async function ask() {
  // One offer, one question: the browser makes another offer later.
  const asked = offer;
  offer = null;
  button.hidden = true;
  await asked.prompt();
}
