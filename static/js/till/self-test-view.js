// « Vérifier ce poste »: one line each, green, amber or red, with a word and what to do; kept, and told to the server.
import { measureBursts } from "./burst.js";
import { $, count, icon } from "./dom.js";
import { inMenu } from "./menu.js";
import {
  checkCamera, checkClock, checkKey, checkOffline, checkScreen, checkStorage, judgeScanner, judgeSound, tryCamera,
} from "./self-test.js";
import { accepted, refused } from "./sounds.js";

// Both codes of static/img/scan-test-*.png: of no edition, so that it is never an item.
export const TEST_CODE = "0000000195";
const ICONS = { success: "circle-check", warning: "triangle-alert", danger: "octagon-alert", todo: "circle-dashed" };
const WORDS = { success: "Bien", warning: "À voir", danger: "À régler", todo: "À essayer" };
const BETWEEN_SOUNDS = 900;

export function installSelfTest({ till }) {
  const view = new SelfTestView(till);
  inMenu("self-test", () => view.open());
}

class SelfTestView {
  #till;
  #dialog = $("self-test");
  #lines = {};

  constructor(till) {
    this.#till = till;
    $("self-test-again").addEventListener("click", () => this.#run());
    $("try-sound").addEventListener("click", () => this.#playBoth());
    for (const button of document.querySelectorAll("[data-heard]")) {
      button.addEventListener("click", () => {
        $("sound-answer").hidden = true;
        this.#settle("sound", judgeSound(button.dataset.heard === "yes"));
      });
    }
    $("try-camera").addEventListener("click", async () => this.#settle("camera", await tryCamera()));
    $("try-scanner").addEventListener("click", () => {
      $("scan-codes").hidden = !$("scan-codes").hidden;
    });
    // Features are installed before the till listens for scans: while this window is open none reaches a basket.
    measureBursts(() => this.#dialog.open, (burst) => this.#heardScanner(burst));
    this.#recall();
  }

  open() {
    $("sound-answer").hidden = true;
    $("scan-codes").hidden = true;
    this.#dialog.showModal();
    this.#run();
  }

  // What needs nobody runs by itself; what was tried by hand before stays as it was answered.
  async #run() {
    const found = await Promise.all([
      checkStorage(), checkKey(this.#till), checkOffline(), checkClock(this.#till), checkScreen(),
    ]);
    for (const [index, name] of ["storage", "key", "offline", "clock", "screen"].entries()) this.#lines[name] = found[index];
    const untried = { tone: "todo", word: "À essayer" };
    this.#lines.sound ??= untried;
    this.#lines.scanner ??= untried;
    if (!this.#lines.camera?.facts?.tried) this.#lines.camera = await this.#camera();
    await this.#keep();
  }

  #camera() {
    return checkCamera({ scans: this.#lines.scanner.tone === "success" });
  }

  async #settle(name, answer) {
    this.#lines[name] = { ...answer, facts: { ...answer.facts, tried: true } };
    if (name === "scanner" && !this.#lines.camera?.facts?.tried) this.#lines.camera = await this.#camera();
    await this.#keep();
  }

  #heardScanner(burst) {
    accepted();
    this.#settle("scanner", judgeScanner(burst, TEST_CODE));
  }

  #playBoth() {
    accepted();
    setTimeout(refused, BETWEEN_SOUNDS);
    $("sound-answer").hidden = false;
  }

  // On the disk for the next start, and with the next ping at the server.
  async #keep() {
    this.#draw();
    const kept = { at: new Date().toISOString(), lines: this.#lines };
    this.#tell(kept);
    await this.#till.database.put("meta", kept, "selfTest");
  }

  async #recall() {
    const kept = await this.#till.database.get("meta", "selfTest");
    if (!kept) return;
    this.#lines = { ...kept.lines, ...this.#lines };
    this.#tell(kept);
  }

  #tell({ at, lines }) {
    const entries = Object.entries(lines);
    this.#till.selfTest = {
      at,
      worst: ["danger", "warning", "todo", "success"].find((tone) => entries.some(([, line]) => line.tone === tone)),
      lines: Object.fromEntries(entries.map(([name, { tone, word }]) => [name, { tone, word }])),
      ...Object.assign({}, ...entries.map(([, { facts }]) => facts ?? {})),
    };
  }

  #draw() {
    for (const [name, line] of Object.entries(this.#lines)) this.#drawLine(name, line);
    const tones = Object.values(this.#lines).map(({ tone }) => tone);
    const number = (tone) => tones.filter((each) => each === tone).length;
    $("self-test-sum").textContent = summary(number);
  }

  #drawLine(name, { tone, word, todo }) {
    const row = document.querySelector(`[data-check="${name}"]`);
    row.dataset.tone = tone;
    $("check-mark", row).replaceChildren(icon(ICONS[tone]), WORDS[tone]);
    $("check-word", row).textContent = tone === "todo" ? "" : word;
    $("check-todo", row).textContent = todo ?? "";
    $("check-todo", row).hidden = !todo;
  }
}

function summary(number) {
  if (number("danger")) return `${count(number("danger"), "point à régler", "points à régler")} avant de vendre ici.`;
  if (number("todo")) return `Encore ${count(number("todo"), "essai", "essais")} à faire.`;
  if (number("warning")) return `Ce poste peut vendre, ${count(number("warning"), "point à voir", "points à voir")}.`;
  return "Ce poste est prêt.";
}
