// The menu of what is needed now and then. A feature says `inMenu("name", act)`.
import { $ } from "./dom.js";

export function installMenu() {
  $("open-menu").addEventListener("click", openMenu);
}

export function openMenu() {
  $("menu").showModal();
}

// The button data-menu="name" closes the menu, then acts.
export function inMenu(name, act) {
  document.querySelector(`[data-menu="${name}"]`).addEventListener("click", () => {
    $("menu").close();
    act();
  });
}
