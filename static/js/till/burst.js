// Measures a scanner: how fast it types, and what this computer makes of its keys.

const GAP = 150;
const SHORTEST = 6;
const AZERTY = "à&é\"'(-è_ç";

// Calls `onBurst({text, gap, layout})` for each scan while `isMeasuring()`; nothing that listens later hears of its Enter.
// `gap`: the longest time between two keys, in ms. `layout`: "us", "azerty" (a scanner set for another keyboard), "keypad".
export function measureBursts(isMeasuring, onBurst) {
  let keys = [];
  window.addEventListener("keydown", (event) => {
    if (!isMeasuring()) return;
    if (keys.length && event.timeStamp - keys.at(-1).at > GAP) keys = [];
    if (event.key === "Enter" || event.key === "Tab") {
      if (keys.length < SHORTEST) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      onBurst(describe(keys, event.timeStamp));
      keys = [];
    } else if (event.key.length === 1) {
      keys.push({ at: event.timeStamp, key: event.key, code: event.code });
    }
  }, { capture: true });
}

function describe(keys, endedAt) {
  const times = [...keys.map(({ at }) => at), endedAt];
  const gap = Math.round(Math.max(...times.slice(1).map((at, index) => at - times[index])));
  const text = keys.map(({ key, code }) => /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? digitOf(key)).join("");
  return { text, gap, layout: layoutOf(keys) };
}

const digitOf = (key) => (AZERTY.includes(key) ? String(AZERTY.indexOf(key)) : key);

function layoutOf(keys) {
  if (keys.some(({ key, code }) => AZERTY.includes(key) && !code.startsWith("Numpad"))) return "azerty";
  return keys.every(({ code }) => code.startsWith("Numpad")) ? "keypad" : "us";
}
