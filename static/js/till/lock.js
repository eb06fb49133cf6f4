// The screen locks when nobody is there: no amount is seen, nothing is sold, the basket stays. The state bar stays too.
import { $, count, el } from "./dom.js";
import { inMenu } from "./menu.js";
import { Pin } from "./pin.js";
import { vouch } from "./registration.js";
import { sendSignIn } from "./sign-in.js";
import { readMeta } from "./store.js";

const IDLE = 5 * 60 * 1000;

export async function installLock(counter) {
  const { till } = counter;
  const view = new LockView(counter, await Pin.open(till));
  inMenu("lock", () => view.lockOrChoose());
  for (const happening of ["keydown", "pointerdown"]) window.addEventListener(happening, () => view.noteSomebody(), { capture: true });
  counter.addEventListener("answer", ({ detail }) => view.answer(detail));
  till.addEventListener("change", () => view.follow());
  setInterval(() => view.lockWhenIdle(), 2000);
  if ((await readMeta(till.database, ["locked"])).locked) view.lock();
  view.follow();
}

class LockView {
  #counter;
  #pin;
  #window = $("lock");
  #choice = $("pin");
  #seenAt = performance.now();
  #declined = false;

  constructor(counter, pin) {
    this.#counter = counter;
    this.#pin = pin;
    // Escape must not open it.
    this.#window.addEventListener("cancel", (event) => event.preventDefault());
    this.#window.addEventListener("close", () => counter.locked && this.#window.showModal());
    $("lock-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try();
    });
    $("lock-forgotten").addEventListener("click", () => this.#show(false));
    $("lock-sign-in").addEventListener("submit", (event) => {
      event.preventDefault();
      sendSignIn(event.target, (answer) => this.#openBySigningIn(answer));
    });
    $("pin-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#choose();
    });
  }

  noteSomebody() {
    this.#seenAt = performance.now();
  }

  lockWhenIdle() {
    if (performance.now() - this.#seenAt > IDLE && this.#pin.isChosen && !this.#counter.till.saving) this.lock();
  }

  lockOrChoose() {
    if (this.#pin.isChosen) this.lock();
    else this.#choice.showModal();
  }

  lock() {
    if (this.#counter.locked) return;
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    this.#become(true);
    this.#show(this.#pin.triesLeft > 0);
    this.#window.showModal();
    $("lock-code").focus();
  }

  // A code is offered once a session is open; a session that ended elsewhere locks nothing any more.
  follow() {
    const { till, locked } = this.#counter;
    if (locked && !this.#pin.isChosen) this.#unlock();
    const offer = till.canSell && !this.#pin.isChosen && !this.#declined;
    const shown = document.querySelector("[data-pin-offer]");
    if (offer && !shown) $("alarms").append(this.#offer());
    else if (!offer) shown?.remove();
  }

  // What a scan is told, where it can be read.
  answer({ title, text }) {
    if (this.#counter.locked) this.#say(`${title}. ${text}`);
  }

  #offer() {
    const act = (label, kind, onclick) => el("button", { class: `button button--${kind}`, type: "button", onclick }, label);
    return el("div", { class: "notice", "data-pin-offer": true },
      el("p", {}, "Choisissez un code : l’écran se verrouille quand vous vous éloignez 5 minutes."),
      act("Choisir un code", "primary", () => this.#choice.showModal()),
      act("Pas maintenant", "quiet", () => {
        this.#declined = true;
        this.follow();
      }),
    );
  }

  async #choose() {
    const { value } = $("pin-code");
    const problem = $("pin-problem");
    problem.hidden = /^\d{4}$/.test(value) && value === $("pin-again").value;
    problem.textContent = /^\d{4}$/.test(value) ? "Les deux codes ne sont pas les mêmes." : "Quatre chiffres.";
    if (!problem.hidden) return;
    await this.#pin.choose(value);
    $("pin-form").reset();
    this.#choice.close();
    this.follow();
    this.#counter.accept("Code choisi", "L’écran se verrouille après 5 minutes, ou par « Plus », « Verrouiller l’écran ».");
  }

  async #try() {
    const field = $("lock-code");
    const code = field.value;
    field.value = "";
    if (!/^\d{4}$/.test(code)) return this.#say("Quatre chiffres.");
    const right = await this.#pin.opens(code);
    if (right) return this.#unlock();
    const left = this.#pin.triesLeft;
    this.#say(left ? `Ce n’est pas le bon code. Encore ${count(left, "essai", "essais")}.` : "Cinq codes faux : connectez-vous pour continuer.");
    return this.#show(left > 0);
  }

  async #openBySigningIn({ csrf }) {
    const { till } = this.#counter;
    await vouch(till, csrf);
    await this.#pin.forget();
    this.#unlock();
    till.connection.now();
  }

  #unlock() {
    this.#become(false);
    this.#say("");
    this.#window.close();
    this.noteSomebody();
    this.follow();
  }

  #become(locked) {
    this.#counter.locked = locked;
    document.body.toggleAttribute("data-locked", locked);
    // A page loaded again is locked again.
    this.#counter.till.database.put("meta", locked, "locked").catch((error) => console.error(error));
  }

  #show(withCode) {
    $("lock-form").hidden = !withCode;
    $("lock-sign-in").hidden = withCode;
  }

  #say(text) {
    $("lock-answer").textContent = text;
  }
}
