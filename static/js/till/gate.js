// What stands before the till while nothing can be sold: why, and the way on.
import { $, el } from "./dom.js";

export function showGate(title, text, action = null, { tillId, again } = {}) {
  $("gate").hidden = false;
  $("counter").inert = true;
  $("gate-title").textContent = title;
  $("gate-text").textContent = text;
  $("gate-actions").replaceChildren(...buttons(action, tillId, again));
}

export function hideGate() {
  $("gate").hidden = true;
  $("counter").inert = false;
}

export function isGated() {
  return !$("gate").hidden;
}

function buttons(action, tillId, again) {
  const link = (label, href) => el("a", { class: "button button--primary button--large", href }, label);
  const press = (label, act) => el("button", { class: "button button--primary button--large", type: "button", onclick: act }, label);
  const choices = {
    open: () => link("Ouvrir la caisse", `/till/${tillId}/session`),
    "sign-in": () => link("Se connecter", `/till/${tillId}/session`),
    "take-over": () => press("Reprendre la caisse ici", () => again(true)),
    retry: () => press("Réessayer", () => again()),
  };
  if (!action) return [];
  if (action === "choose") return [link("Choisir une caisse", "/till/")];
  return [choices[action](), el("a", { class: "button button--secondary button--large", href: "/till/" }, "Toutes les caisses")];
}
