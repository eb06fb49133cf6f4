// A private window forgets everything when it is closed, sales included: no till may begin there.

// True when the browser says so by what it refuses. Chromium hides it on purpose (same storage, same answers): there,
// only a promise to keep everything (`navigator.storage.persisted()`) proves that a window is an ordinary one.
export async function isPrivateWindow() {
  if (!navigator.serviceWorker) return true;
  try {
    await navigator.storage.getDirectory();
    return false;
  } catch (error) {
    // Firefox: SecurityError; Safari: UnknownError. A browser without this storage says neither.
    return ["SecurityError", "UnknownError"].includes(error.name);
  }
}
