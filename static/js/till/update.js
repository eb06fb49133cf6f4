// The service worker: installed at the first visit, replaced only when the cashier accepts and nobody is served.
import { $ } from "./dom.js";

let registration = null;
let updating = false;
// Held as long as a page of this version lives: the worker keeps the files of versions in use.
export const VERSION_LOCK = "bourse-version-";

export async function keepPage(version) {
  navigator.locks.request(VERSION_LOCK + version, { mode: "shared" }, () => new Promise(() => {}));
  if (!("serviceWorker" in navigator)) return;
  try {
    registration = await navigator.serviceWorker.register("/sw.js", { type: "module", scope: "/till/" });
    navigator.serviceWorker.controller?.postMessage("tidy");
  } catch (error) {
    // The page goes on; it only cannot be reopened without the network.
    console.warn("service worker", error);
  }
}

// The page is about to be loaded again by our own doing: what waits to be sent is safe on disk.
export const isUpdating = () => updating;

// Show the offer while a new version waits and `isFree()` (empty basket, nothing being written).
export function askForUpdates(isFree) {
  const offer = $("update");
  offer.addEventListener("click", () => {
    if (!isFree() || !registration?.waiting) return;
    updating = true;
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting.postMessage("take-over");
  });
  setInterval(() => {
    offer.hidden = !(registration?.waiting && isFree());
  }, 2000);
  setInterval(() => registration?.update().catch(() => {}), 10 * 60 * 1000);
}
