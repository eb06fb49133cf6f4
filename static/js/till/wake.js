// The screen stays on while the till is open and seen.

let lock = null;
let refusal = navigator.wakeLock ? null : "missing";

export function installWake() {
  document.addEventListener("visibilitychange", hold);
  hold();
}

// "held", "refused" (battery saver, mostly), "missing" (not this browser) or null while it is not known yet.
export const wakeState = () => (lock && !lock.released ? "held" : refusal);

// The browser lets go of it whenever the page is hidden: asked again each time it comes back.
export async function hold() {
  if (!navigator.wakeLock || document.visibilityState !== "visible") return;
  try {
    lock = await navigator.wakeLock.request("screen");
    refusal = null;
  } catch (error) {
    console.warn("wake lock", error);
    refusal = "refused";
  }
}
