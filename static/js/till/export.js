// A copy of this till's journal in a file, signed, for when the device cannot send it. It works without the network.
import { el } from "./dom.js";
import { inMenu } from "./menu.js";
import { canonical, hmac } from "./signing.js";

export function installExport(counter) {
  inMenu("export", async () => {
    const { till } = counter;
    try {
      const count = await download(till);
      counter.accept("Copie des ventes enregistrée", `${count} lignes, dans les téléchargements. Donnez le fichier à un gestionnaire.`);
    } catch (error) {
      console.error(error);
      counter.refuse({ title: "Copie impossible", text: "Ne fermez pas la caisse, appelez un gestionnaire." });
    }
  });
}

// {format, till, exported_at, entries: [{uuid, hash, payload, mac, key}], key, mac}: `mac` signs all the rest.
export async function exportJournal({ id, database, key, clock }) {
  const records = await database.getAll("journal");
  const entries = records.map(({ uuid, hash, payload, mac, key: signer }) => ({ uuid, hash, payload, mac, key: signer ?? key.id }));
  const content = { format: 1, till: id, exported_at: new Date(clock.now()).toISOString(), entries, key: key.id };
  return { ...content, mac: await hmac(key.key, canonical(content)) };
}

async function download(till) {
  const content = await exportJournal(till);
  const address = URL.createObjectURL(new Blob([JSON.stringify(content)], { type: "application/json" }));
  const moment = content.exported_at.replace(/[:T]/g, "-").slice(0, 16);
  el("a", { href: address, download: `ventes-caisse-${till.place.number}-${moment}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return content.entries.length;
}
