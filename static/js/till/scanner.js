// Scanners type like a very fast keyboard and end with Enter. A burst is a scan wherever the focus is.

const GAP = 80;
const SHORTEST = 6;
const ENDS = new Set(["Enter", "NumpadEnter", "Tab"]);
// The digit keys of a French keyboard without Shift, when the physical key is not told.
const AZERTY = "à&é\"'(-è_ç";

// Calls `onScan(text)` for every burst, in order, before any button or field sees its Enter.
export function listenForScans(onScan) {
  let burst = "";
  let lastAt = 0;
  let field = null;

  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const inTime = event.timeStamp - lastAt <= GAP;
    if (ENDS.has(event.code || event.key)) {
      if (inTime && burst.length >= SHORTEST) {
        event.preventDefault();
        event.stopImmediatePropagation();
        field?.restore();
        const text = burst;
        burst = "";
        onScan(text);
      }
      burst = "";
      return;
    }
    const char = typedChar(event);
    if (char === null) return;
    if (!inTime || !burst) {
      burst = "";
      field = remember(document.activeElement);
    }
    burst += char;
    lastAt = event.timeStamp;
  }, { capture: true });
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
