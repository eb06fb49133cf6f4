// Everything around selling, one module each; each is given the counter once, when the till is open.
import { installCamera } from "./camera-view.js";
import { installConflicts } from "./conflicts.js";
import { installExport } from "./export.js";
import { installInstall } from "./install.js";
import { installLastSale } from "./last-sale.js";
import { installLock } from "./lock.js";
import { installManual } from "./manual-view.js";
import { installMenu } from "./menu.js";
import { installParked } from "./parked-view.js";
import { installReceipt } from "./receipt-view.js";
import { installSelfTest } from "./self-test-view.js";
import { installShift } from "./shift.js";
import { installSignIn } from "./sign-in.js";
import { installUnlabelled } from "./unlabelled-view.js";
import { installWake } from "./wake.js";

const FEATURES = [
  installManual,
  installMenu,
  installCamera,
  installParked,
  installUnlabelled,
  installConflicts,
  installReceipt,
  installLastSale,
  installSelfTest,
  installWake,
  installInstall,
  installExport,
  installSignIn,
  installShift,
  installLock,
];

export function installFeatures(counter) {
  for (const install of FEATURES) install(counter);
}
