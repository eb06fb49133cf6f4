// The sign-in that vouches for this device ended: another one, in a window over the till, while selling goes on.
import { $ } from "./dom.js";
import { inMenu } from "./menu.js";
import { vouch } from "./registration.js";
import { personRequest } from "./server.js";

// Checking a password takes the server its time.
const SLOW = 20000;
const NO_SERVER = "Le serveur ne répond pas. Continuez à vendre, et réessayez dans un moment.";

export function installSignIn(counter) {
  const view = new SignInView(counter);
  inMenu("sign-in", () => view.open());
  $("open-sign-in").addEventListener("click", () => view.open());
  counter.till.addEventListener("change", () => view.follow());
  counter.addEventListener("basket", () => view.follow());
}

// Signs somebody in on this device: {name, csrf} with a token for what this person does next, or {error} with what to tell.
async function signIn(form) {
  const csrf = await freshToken();
  const { status, data } = await personRequest("/till/sign-in", {
    method: "POST", csrf, form: new URLSearchParams(new FormData(form)), timeout: SLOW,
  });
  // The token before was of a session that is over.
  if (status === 200) return { ...data, csrf: await freshToken() };
  if (status === 429) return { error: "Trop d’essais. Attendez quelques minutes, vos ventes sont gardées." };
  return { error: data.error ?? NO_SERVER };
}

async function freshToken() {
  const { data } = await personRequest("/till/csrf");
  return data.csrf;
}

// What a form with a password does with its answer: `act({name, csrf})` when somebody is signed in, which may return what is
// still wrong; the reason is said.
export async function sendSignIn(form, act) {
  const [problem, send] = [form.querySelector("[role='alert']"), form.querySelector("[type='submit']")];
  problem.hidden = true;
  send.disabled = true;
  try {
    const answer = await signIn(form);
    const wrong = answer.error ?? (await act(answer));
    if (wrong) tell(problem, wrong);
  } catch (error) {
    if (!error.kind) console.error(error);
    tell(problem, NO_SERVER);
  }
  form.elements.password.value = "";
  send.disabled = false;
}

function tell(problem, text) {
  problem.textContent = text;
  problem.hidden = false;
}

class SignInView {
  #counter;
  #dialog = $("sign-in");
  // It opens by itself once each time a sign-in ends, when nobody is being served.
  #offered = false;

  constructor(counter) {
    this.#counter = counter;
    this.follow();
    $("sign-in-later").addEventListener("click", () => this.#dialog.close());
    $("sign-in-form").addEventListener("submit", (event) => {
      event.preventDefault();
      sendSignIn(event.target, (answer) => this.#vouch(answer));
    });
  }

  get #needed() {
    // A server restored from before this device was registered knows it again when somebody of the team signs in on it.
    return ["auth-wait", "refused"].includes(this.#counter.till.connection.state);
  }

  follow() {
    for (const button of [$("open-sign-in"), document.querySelector("[data-menu='sign-in']")]) button.hidden = !this.#needed;
    if (!this.#needed) this.#offered = false;
    else if (!this.#offered && this.#isFree()) {
      this.#offered = true;
      this.open();
    }
  }

  open() {
    $("sign-in-problem").hidden = true;
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #isFree() {
    const { basket, payment, till } = this.#counter;
    return !basket.lines.length && !payment.isDone && !till.saving && !document.querySelector("dialog[open]");
  }

  async #vouch({ csrf, name }) {
    const { till } = this.#counter;
    await vouch(till, csrf);
    await till.connection.now();
    if (this.#needed) return "Cet appareil n’est pas reconnu : appelez un gestionnaire. Vos ventes sont gardées.";
    this.#dialog.close();
    this.#counter.accept("Reconnecté", `${name} est connecté. Les ventes gardées partent.`);
  }
}
