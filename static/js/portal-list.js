// Going between the items and the form on a phone: each keeps its place, and the keyboard goes on from there.
const phone = matchMedia("(max-width: 59.99rem)");
let listPlace = 0;

const workspace = () => document.querySelector(".workspace[data-view]");

function remember() {
  if (workspace()?.dataset.view === "list") listPlace = window.scrollY;
}

function settle(event) {
  const space = workspace();
  if (!space || space.dataset.shown) return;
  space.dataset.shown = "yes";
  if (space.querySelector("[aria-invalid='true']")) return;
  if (space.dataset.view === "form") showForm(space, event);
  else showList(space, event);
}

function showForm(space, event) {
  if (!event) return;
  if (phone.matches) window.scrollTo(0, 0);
  space.querySelector("#form-title").focus({ preventScroll: true });
}

function showList(space, event) {
  if (event && phone.matches) window.scrollTo(0, listPlace);
  const item = document.getElementById(`item-${space.dataset.saved}`);
  if (!item) return;
  item.scrollIntoView({ block: "nearest" });
  item.querySelector(space.hasAttribute("data-moved") ? "summary" : ".item__open").focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSwap", remember);
document.addEventListener("htmx:afterSettle", settle);
settle();
