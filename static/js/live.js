// [data-live] refreshes itself by htmx. When its figures grow old (server away, network down, screen asleep)
// it says of when they are; the next answer puts that right by replacing the block.
const OLD_AFTER = 15000;
let answered = Date.now();

function tellAge() {
  const late = Date.now() - answered > OLD_AFTER;
  for (const live of document.querySelectorAll("[data-live]")) {
    live.toggleAttribute("data-late", late);
    live.querySelector("[data-live-fresh]").hidden = late;
    live.querySelector("[data-live-late]").hidden = !late;
  }
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches("[data-live]")) return;
  answered = Date.now();
  tellAge();
});

// What somebody opened or was reading stays as it was over a refresh.
document.addEventListener("htmx:beforeSwap", (event) => {
  const live = event.target;
  if (!live.matches("[data-live]")) return;
  const open = live.querySelector(".chart__figures")?.open;
  const focused = live.contains(document.activeElement) && document.activeElement.matches(".chart__figures > summary");
  live.addEventListener("htmx:afterSwap", () => {
    const figures = live.querySelector(".chart__figures");
    if (!figures) return;
    figures.open = open;
    if (focused) figures.querySelector("summary").focus();
  }, { once: true });
});

setInterval(tellAge, 1000);
