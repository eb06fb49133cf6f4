// Opens and closes dialogs in browsers that do not know command/commandfor yet, and buttons that print or copy.
const native = "command" in HTMLButtonElement.prototype;

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
