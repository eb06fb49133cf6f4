// The window with the camera's picture: stays open from one label to the next.
import { CameraProblem, closeCamera, openCamera, watch } from "./camera.js";
import { $, count, icon } from "./dom.js";
import { inMenu } from "./menu.js";
import { euros } from "./money.js";

export function installCamera(counter) {
  const view = new CameraView(counter);
  for (const button of document.querySelectorAll("[data-open-camera]")) button.addEventListener("click", () => view.open());
  counter.addEventListener("camera", () => view.open());
  counter.addEventListener("answer", ({ detail }) => view.answer(detail));
  counter.addEventListener("basket", () => view.total());
  inMenu("camera", () => view.open());
}

class CameraView {
  #counter;
  #dialog = $("camera");
  #video = $("camera-video");
  #stream = null;
  // Aborted when the picture must go, also while the camera is still being asked for.
  #running = null;

  constructor(counter) {
    this.#counter = counter;
    this.#dialog.addEventListener("close", () => this.#stop());
    $("camera-done").addEventListener("click", () => this.#dialog.close());
    $("camera-retry").addEventListener("click", () => this.#start());
    $("camera-torch").addEventListener("click", () => this.#switchTorch());
    // Nobody looks: the camera and its light go off, and come back with the page.
    document.addEventListener("visibilitychange", () => {
      if (!this.#dialog.open) return;
      if (document.visibilityState === "visible") this.#start();
      else this.#stop();
    });
  }

  open() {
    if (this.#dialog.open) return;
    this.answer({ tone: "", title: "Montrez une étiquette", text: "Dans le cadre, bien à plat." });
    this.total();
    this.#dialog.showModal();
    this.#start();
  }

  // What the counter says of each scan; the page behind says the same.
  answer({ tone, title, text }) {
    if (!this.#dialog.open && tone) return;
    $("camera-answer").dataset.tone = tone;
    $("camera-answer-icon").replaceChildren(icon({ accepted: "circle-check", refused: "circle-x" }[tone] ?? "scan-line"));
    $("camera-answer-title").textContent = title;
    $("camera-answer-text").textContent = text;
  }

  total() {
    const { lines, total } = this.#counter.basket;
    $("camera-count").textContent = lines.length ? `Terminé – ${count(lines.length, "article", "articles")}, ${euros(total)}` : "Terminé";
  }

  async #start() {
    this.#stop();
    const running = new AbortController();
    this.#running = running;
    $("camera-retry").hidden = true;
    try {
      const stream = await openCamera();
      if (running.signal.aborted) return closeCamera(stream);
      this.#show(stream);
      await watch(this.#video, (text) => this.#counter.scan(text), running.signal);
    } catch (problem) {
      if (!running.signal.aborted) this.#fail(problem);
    }
  }

  #show(stream) {
    this.#stream = stream;
    this.#video.srcObject = stream;
    $("camera-picture").hidden = false;
    const [track] = stream.getVideoTracks();
    $("camera-torch").hidden = !track.getCapabilities?.().torch;
    $("camera-torch").setAttribute("aria-pressed", "false");
    track.addEventListener("ended", () => this.#fail(new CameraProblem("Caméra débranchée", "Rebranchez-la, puis « Réessayer ».")));
  }

  #stop() {
    this.#running?.abort();
    if (this.#stream) closeCamera(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
    $("camera-picture").hidden = true;
    $("camera-torch").hidden = true;
  }

  #fail(problem) {
    this.#stop();
    if (!(problem instanceof CameraProblem)) console.error(problem);
    const { title = "Caméra en panne", text = "Scannez avec la douchette, ou tapez le code." } = problem;
    this.answer({ tone: "refused", title, text });
    $("camera-retry").hidden = false;
  }

  async #switchTorch() {
    const on = $("camera-torch").getAttribute("aria-pressed") !== "true";
    try {
      await this.#stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
      $("camera-torch").setAttribute("aria-pressed", String(on));
    } catch (error) {
      console.warn("torch", error);
      $("camera-torch").hidden = true;
    }
  }
}
