// The keyboard alone is enough: function keys are written on the buttons they press.

const PAY = { F2: "cash", F3: "card", F4: "cheque", F6: "split" };

export function listenForKeys({ pay, back, removeLast, history, synchronise, type, menu, park, camera }) {
  const actions = { F1: park, F7: type, F8: removeLast, F9: history, F10: synchronise, F12: menu, Escape: back, Insert: camera };
  window.addEventListener("keydown", (event) => {
    // An open dialog has the keyboard for itself.
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (document.querySelector("[data-counter]").inert) return;
    // The 0 of a keypad without its lock calls itself Insert: it is not, and a scanner may type it.
    const key = event.key === "Insert" ? event.code : event.key;
    const act = PAY[key] ? () => pay(PAY[key]) : actions[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
