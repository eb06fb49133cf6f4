// Reading labels with a camera, without the network: the browser's own detector, else the one we keep.

const FORMATS = ["qr_code", "code_128"];
const VENDOR = "/static/vendor/barcode-detector-3.2.2/";
// A label held before the camera is one scan: it must leave for this long to be read again (ms).
const AWAY = 2000;
const PAUSE = 60;
// The part of the picture that counts: the rest shows neighbours.
const MARGIN = 0.1;

const REASONS = {
  NotAllowedError: ["Caméra refusée", "Touchez le cadenas à gauche de l’adresse, autorisez la caméra, puis « Réessayer »."],
  NotFoundError: ["Aucune caméra", "Cet appareil n’en a pas. Scannez avec la douchette, ou tapez le code."],
  OverconstrainedError: ["Aucune caméra", "Cet appareil n’en a pas. Scannez avec la douchette, ou tapez le code."],
  NotReadableError: ["Caméra occupée", "Une autre application s’en sert. Fermez-la, puis « Réessayer »."],
  AbortError: ["Caméra occupée", "Elle ne répond pas. Débranchez-la et rebranchez-la, puis « Réessayer »."],
};

// Why there is no picture: {title, text} to say.
export class CameraProblem extends Error {
  constructor(title, text) {
    super(title);
    Object.assign(this, { title, text });
  }
}

let detector = null;

// Made once. Without the network too: both files are kept with the page.
export function readyDetector() {
  detector ??= makeDetector().catch((error) => {
    detector = null;
    console.error(error);
    throw new CameraProblem("Lecture impossible", "Le lecteur n’a pas pu être chargé. Rouvrez la caisse avec le réseau, puis « Réessayer ».");
  });
  return detector;
}

async function makeDetector() {
  const own = globalThis.BarcodeDetector;
  const supported = own ? await own.getSupportedFormats() : [];
  if (FORMATS.every((format) => supported.includes(format))) return new own({ formats: FORMATS });
  const { BarcodeDetector, prepareZXingModule } = await import(`${VENDOR}ponyfill.js`);
  await prepareZXingModule({ overrides: { locateFile: (name) => VENDOR + name }, fireImmediately: true });
  return new BarcodeDetector({ formats: FORMATS });
}

// The picture of the camera at the back where there are two. Rejects with a CameraProblem.
export async function openCamera() {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new CameraProblem("Caméra impossible ici", "Ouvrez la caisse par son adresse en https. En attendant, tapez le code.");
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch (error) {
    const reason = REASONS[error.name];
    if (!reason) throw error;
    throw new CameraProblem(...reason);
  }
}

export function closeCamera(stream) {
  for (const track of stream.getTracks()) track.stop();
}

// Calls `onCode(text)` for every label that comes before the camera, until `signal` aborts.
export async function watch(video, onCode, signal) {
  const reader = await readyDetector();
  const seen = new Map();
  while (!signal.aborted) {
    const found = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await reader.detect(video) : [];
    if (signal.aborted) return;
    const text = middle(found, video)?.rawValue;
    if (text) {
      const away = performance.now() - (seen.get(text) ?? -Infinity);
      seen.set(text, performance.now());
      if (away > AWAY) onCode(text);
    }
    await new Promise((resume) => setTimeout(resume, PAUSE));
  }
}

// Of several codes the one nearest to the middle of the picture.
function middle(found, { videoWidth, videoHeight }) {
  const distance = ({ boundingBox: { x, y, width, height } }) =>
    Math.max(Math.abs((x + width / 2) / videoWidth - 0.5), Math.abs((y + height / 2) / videoHeight - 0.5));
  return found
    .filter((code) => distance(code) <= 0.5 - MARGIN)
    .sort((one, other) => distance(one) - distance(other))[0];
}
