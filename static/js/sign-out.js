// Signing out waits while a till of this browser holds sales that only it has: they are looked for here, the server may not
// know of them.
const PREFIX = "bourse-till-";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-sign-out]") || form.dataset.checked) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const tills = await tillsWithUnsentSales();
  if (tills.length) {
    const text = `Des ventes ne sont pas encore envoyées : ${tills.join(", ")}. Revenez à la caisse, appuyez sur « Synchroniser », puis déconnectez-vous.`;
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, tone: "danger" } }));
    return;
  }
  form.dataset.checked = "yes";
  form.requestSubmit();
}, true);

// `2 ventes sur la caisse C1`, for each till of this browser that holds some.
async function tillsWithUnsentSales() {
  // A browser without this list has no till either: the till's page needs a newer one.
  const databases = (await globalThis.indexedDB?.databases?.()) ?? [];
  const held = await Promise.all(databases.filter(({ name }) => name.startsWith(PREFIX)).map(({ name }) => unsent(name)));
  return held
    .filter(({ count }) => count)
    .map(({ count, till }) => `${count} ${count > 1 ? "ventes" : "vente"} sur la caisse ${till}`);
}

async function unsent(name) {
  const database = await promised(indexedDB.open(name));
  try {
    if (!database.objectStoreNames.contains("journal")) return { count: 0 };
    const transaction = database.transaction(["journal", "meta"]);
    const [count, place] = await Promise.all([
      promised(transaction.objectStore("journal").index("state").count("local")),
      promised(transaction.objectStore("meta").get("place")),
    ]);
    return { count, till: place ? nameOf(place) : "de cet appareil" };
  } finally {
    database.close();
  }
}

function nameOf({ number, training }) {
  return training ? "École" : `C${number}`;
}

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
