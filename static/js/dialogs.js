// Opens and closes dialogs in browsers that do not know command/commandfor yet, and buttons that print or copy.
const native = "command" in HTMLButtonElement.prototype;

// A dialog that came open, with a refused form, stands before the page like any other.
for (const dialog of document.querySelectorAll("dialog[open]")) {
  dialog.close();
  dialog.showModal();
}

// The second half of a double click lands beside the dialog that the first half opened: it is no wish to close it.
// The Escape key is, however fast.
const doubleClick = 500;
const opened = new WeakMap();
let escapedAt = -doubleClick;
document.addEventListener("keydown", (event) => event.key === "Escape" && (escapedAt = event.timeStamp), true);
document.addEventListener(
  "beforetoggle",
  (event) => {
    if (event.newState === "open") opened.set(event.target, event.timeStamp);
  },
  true,
);
document.addEventListener(
  "cancel",
  (event) => {
    const fresh = event.timeStamp - (opened.get(event.target) ?? -doubleClick) < doubleClick;
    if (fresh && event.timeStamp - escapedAt > doubleClick / 5) event.preventDefault();
  },
  true,
);

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[commandfor]");
  if (opener && !native) {
    const dialog = document.getElementById(opener.getAttribute("commandfor"));
    if (opener.getAttribute("command") === "close") dialog.close();
    else dialog.showModal();
  }
  if (event.target.closest("[data-print]")) window.print();
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    await navigator.clipboard.writeText(copier.dataset.copy);
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { text: "Copié", tone: "success" } }));
  }
});
