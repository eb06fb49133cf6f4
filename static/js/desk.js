// The check-in desk: labels scanned wherever the focus is, and panels brought into sight.
const GAP = 150; // milliseconds between two keys of a scanner; no hand types a number that fast
const WHOLE = 10;
const PART = 4; // a code cut short by a bad read must not press the button that has the focus

let burst = "";
let lastAt = 0;
let field = null;
let before = "";

// A scanner types like a keyboard and ends with Enter: it must neither fill a field nor send the form.
window.addEventListener(
  "keydown",
  (event) => {
    if (["Shift", "CapsLock", "Alt", "Control"].includes(event.key)) return;
    const quick = event.timeStamp - lastAt <= GAP;
    // The digit of the key itself, also when the computer believes that the keyboard is French.
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] ?? (/^\d$/.test(event.key) ? event.key : null);
    if (digit !== null) {
      if (!burst || !quick) {
        burst = "";
        field = document.activeElement;
        before = field.value;
      }
      burst += digit;
      lastAt = event.timeStamp;
      return;
    }
    const shortest = document.querySelector("[data-desk-search]") ? WHOLE : PART;
    if (event.key === "Enter" && quick && burst.length >= shortest) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (before !== undefined) field.value = before;
      scanned(burst);
    }
    burst = "";
  },
  { capture: true },
);

function scanned(code) {
  const search = document.querySelector("[data-desk-search]")?.dataset.deskSearch;
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

// The day shown may be beyond the edge of a narrow screen.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
