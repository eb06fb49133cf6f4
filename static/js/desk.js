// The check-in desk: labels scanned wherever the focus is, and panels brought into sight.
// Milliseconds between two keys: nobody types a whole code in half-seconds here, a slow tablet may well receive it so.
const WHOLE = 10;
const WHOLE_GAP = 500;
// A code cut short by a bad read must not press the button that has the focus.
const PART = 4;
const PART_GAP = 150;

let burst = "";
let lastAt = 0;
let slowest = 0;
let field = null;
let before = "";

// A scanner types like a keyboard and ends with Enter: it must neither fill a field nor send the form.
window.addEventListener(
  "keydown",
  (event) => {
    if (["Shift", "CapsLock", "Alt", "Control"].includes(event.key)) return;
    const gap = event.timeStamp - lastAt;
    // The digit of the key itself, also when the computer believes that the keyboard is French.
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] ?? (/^\d$/.test(event.key) ? event.key : null);
    if (digit !== null) {
      if (!burst || gap > WHOLE_GAP) {
        burst = "";
        slowest = 0;
        field = document.activeElement;
        before = field.value;
      } else {
        slowest = Math.max(slowest, gap);
      }
      burst += digit;
      lastAt = event.timeStamp;
      return;
    }
    if (event.key === "Enter" && isScan(burst.length, Math.max(slowest, gap))) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (before !== undefined) field.value = before;
      scanned(burst);
    }
    burst = "";
  },
  { capture: true },
);

function isScan(length, gap) {
  if (length >= WHOLE) return gap <= WHOLE_GAP;
  return !searchAddress() && length >= PART && gap <= PART_GAP;
}

// Where a label leads when no deposit is under way on this page.
function searchAddress() {
  return document.querySelector("[data-desk-search]")?.dataset.deskSearch;
}

function scanned(code) {
  const search = searchAddress();
  if (search) {
    location.assign(`${search}?q=${code}`);
    return;
  }
  const row = document.querySelector(`[data-code="${code}"]`);
  for (const other of document.querySelectorAll(".desk-item--scanned")) other.classList.remove("desk-item--scanned");
  if (!row) {
    say("Cette étiquette n’est pas dans ce dépôt. Terminez-le avant de recevoir un autre déposant.", "danger");
    return;
  }
  row.classList.add("desk-item--scanned");
  row.scrollIntoView({ block: "center" });
  row.querySelector("summary, button")?.focus({ preventScroll: true });
}

function say(text, tone) {
  document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
}

// The reasons of a strike may open below the edge of the screen: bring them into sight.
document.addEventListener(
  "toggle",
  (event) => {
    const panel = event.target.open && event.target.querySelector(".strike__panel");
    if (panel) panel.scrollIntoView({ block: "nearest" });
  },
  true,
);
