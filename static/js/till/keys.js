// The keyboard alone is enough: function keys are written on the buttons they press.

const PAY = { F2: "cash", F3: "card", F4: "cheque", F6: "split" };

export function listenForKeys({ pay, back, removeLast, history, synchronise, type, menu, park }) {
  const actions = { F1: park, F7: type, F8: removeLast, F9: history, F10: synchronise, F12: menu, Escape: back };
  window.addEventListener("keydown", (event) => {
    // An open dialog has the keyboard for itself.
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (document.querySelector("[data-counter]").inert) return;
    const act = PAY[event.key] ? () => pay(PAY[event.key]) : actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
