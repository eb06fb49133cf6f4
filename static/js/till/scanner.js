// Scanners type like a very fast keyboard and end with Enter. A burst is a scan wherever the focus is.

// Milliseconds between two keys of one burst: no hand types a whole code that fast, nor a part of one faster still.
const GAP = 150;
const WHOLE = 8;
const PART_GAP = 40;
const PART = 4;
const ENDS = new Set(["Enter", "NumpadEnter", "Tab"]);
// The digit keys of a French keyboard without Shift, when the physical key is not told.
const AZERTY = "à&é\"'(-è_ç";

// Calls `onScan(text, at)` for every burst, in order, before any button or field sees its Enter.
export function listenForScans(onScan) {
  let burst = "";
  let lastAt = 0;
  let slowest = 0;
  let field = null;

  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const gap = event.timeStamp - lastAt;
    if (ENDS.has(event.code || event.key)) {
      if (isScan(burst, Math.max(slowest, gap), field)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        field?.restore();
        const text = burst;
        burst = "";
        onScan(text, event.timeStamp);
      }
      burst = "";
      return;
    }
    const char = typedChar(event);
    if (char === null) return;
    if (!burst || gap > GAP) {
      burst = "";
      slowest = 0;
      field = remember(document.activeElement);
    } else {
      slowest = Math.max(slowest, gap);
    }
    burst += char;
    lastAt = event.timeStamp;
  }, { capture: true });
}

// A code cut short by a bad read is a scan too: it must be refused, not press the button that has the focus.
// Words in a field are written faster than codes: there only what no hand can do is a scan.
function isScan(burst, slowest, field) {
  if (burst.length < PART) return false;
  const slow = burst.length >= WHOLE && !(field && /\D/.test(burst));
  return slowest <= (slow ? GAP : PART_GAP);
}

// The character of a physical key: the digit even when the computer believes the keyboard is French.
function typedChar(event) {
  const physical = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (physical) return physical[1];
  if (event.key.length !== 1) return null;
  const digit = event.code ? -1 : AZERTY.indexOf(event.key);
  return digit >= 0 ? String(digit) : event.key;
}

// What a field held before the burst was typed into it.
function remember(element) {
  if (!element?.matches("input, textarea, select")) return null;
  const { value } = element;
  return {
    restore() {
      if (element.value === value) return;
      element.value = value;
      element.dispatchEvent(new Event("input", { bubbles: true }));
    },
  };
}
