// What must be read by somebody: it stays in red over the counter until a person says that it was understood.
import { $, el, icon } from "./dom.js";

// `name`: the same alarm is shown once. `onSeen` when it was dismissed.
export function raiseAlarm(name, text, onSeen = () => {}) {
  const box = $("alarms");
  if (box.querySelector(`[data-alarm="${name}"]`)) return;
  const alarm = el("div", { class: "alarm", "data-alarm": name },
    icon("octagon-alert"),
    el("p", {}, text),
    el("button", {
      class: "button button--secondary", type: "button",
      onclick: () => {
        alarm.remove();
        onSeen();
      },
    }, "Compris"),
  );
  box.append(alarm);
}
