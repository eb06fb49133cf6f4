// After a change the page shows where it happened, and the keyboard goes on from there.
function settle() {
  const workspace = document.querySelector(".workspace[data-saved]:not([data-shown])");
  if (!workspace) return;
  workspace.dataset.shown = "yes";
  if (workspace.dataset.view !== "list") return;
  const item = document.getElementById(`item-${workspace.dataset.saved}`);
  if (!item) return;
  item.scrollIntoView({ block: "nearest" });
  item.querySelector(workspace.hasAttribute("data-moved") ? "summary" : ".item__open").focus({ preventScroll: true });
}

document.addEventListener("htmx:afterSettle", settle);
settle();
