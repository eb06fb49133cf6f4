// While the drawer is counted in the till's own browser, the till goes on talking: what waits leaves, the server hears
// that nothing more does, and the page says so.
import { describeState } from "./status-view.js";
import { PREFIX } from "./store.js";
import { Till } from "./till.js";

const { till, version } = document.querySelector("[data-till]").dataset;
const name = PREFIX + till;
// A browser without this list has no till either: the till's page needs a newer one.
const databases = (await globalThis.indexedDB?.databases?.()) ?? [];
if (databases.some((each) => each.name === name)) {
  // Held by another tab: that one sells, and talks.
  navigator.locks.request(name, { ifAvailable: true }, (lock) => lock && talk(new Till(Number(till), version)));
}

async function talk(quiet) {
  await quiet.open();
  if (quiet.key) {
    tellState(quiet);
    quiet.connection.now();
  }
  return new Promise(() => {});
}

function tellState(quiet) {
  const line = document.querySelector("[data-closing-state]");
  const tell = () => {
    const [tone, words] = describeState(quiet);
    line.hidden = false;
    line.className = `badge badge--${tone}`;
    line.textContent = words;
    // Refused because sales were waiting: they are not any more.
    if (tone === "success") document.querySelector("#closing [data-unsent]")?.remove();
  };
  quiet.addEventListener("change", tell);
  tell();
}
