// Another volunteer goes on at the same drawer: signs in here, and sells from then on.
import { $ } from "./dom.js";
import { inMenu } from "./menu.js";
import { personRequest } from "./server.js";
import { sendSignIn } from "./sign-in.js";

export function installShift(counter) {
  const dialog = $("shift");
  inMenu("shift", () => {
    $("shift-problem").hidden = true;
    dialog.showModal();
  });
  $("shift-form").addEventListener("submit", (event) => {
    event.preventDefault();
    sendSignIn(event.target, async ({ csrf, name }) => {
      const { till } = counter;
      const { status, data } = await personRequest(`/till/${till.id}/shift`, { method: "POST", csrf, data: { key_id: till.key.id } });
      if (status !== 200) return data.error;
      await till.remember({ session: data.session });
      event.target.reset();
      dialog.close();
      till.connection.now();
      counter.accept("Bonne vente !", `${name} tient la caisse.`);
    });
  });
}
