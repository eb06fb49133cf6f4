// The keyboard alone is enough: function keys are written on the buttons they press.

const PAY = { F2: "cash", F3: "card", F4: "cheque", F6: "split" };

export function listenForKeys({ pay, back, removeLast, history, synchronise, type, menu, park, camera, unlabelled, last }) {
  const actions = {
    F1: park, F7: type, F8: unlabelled, F9: history, F10: synchronise, F11: last, F12: menu, Escape: back,
    Insert: camera, Delete: removeLast,
  };
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    // In a field this key erases what is typed.
    if (event.key === "Delete" && event.target.matches("input, textarea")) return;
    // The 0 and the dot of a keypad without its lock take these names: they are not, and a scanner may type them.
    const key = ["Insert", "Delete"].includes(event.key) ? event.code : event.key;
    const act = PAY[key] ? () => pay(PAY[key]) : actions[key];
    // Asked last: a scanner presses many keys that mean nothing here. An open dialog has the keyboard for itself.
    if (!act || document.querySelector("dialog[open]") || document.querySelector("[data-counter]").inert) return;
    event.preventDefault();
    act();
  });
}
