// An item half typed, new or changed, survives a closed tab and the way back: it is kept in this browser until it is
// saved or given up. What is kept is for the item as it was then ("base"): when that changed since, it is dropped.
const keyOf = (name) => `item-draft:${name}`;
const isTick = ({ type }) => ["radio", "checkbox"].includes(type);
const fieldsOf = (form) => [...form.elements].filter(({ name, type }) => name && name !== "csrf_token" && type !== "submit");
const isRefused = (form) => form.querySelector("[aria-invalid='true']") !== null;

const asTyped = (form) => fieldsOf(form).map((field) => (isTick(field) ? field.checked : field.value));
const asServed = (form) => JSON.stringify(fieldsOf(form).map((field) => {
  if (isTick(field)) return field.defaultChecked;
  return field.options ? (field.querySelector("option[selected]") ?? field.options[0]).value : field.defaultValue;
}));

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(name)));
  } catch {
    return null;
  }
}

function write(name, draft) {
  try {
    if (draft) localStorage.setItem(keyOf(name), JSON.stringify(draft));
    else localStorage.removeItem(keyOf(name));
  } catch {
    // Storage may be full or forbidden: typing goes on all the same.
  }
}

function keep(form, sent = false) {
  const { draft: name } = form.dataset;
  const served = asServed(form), values = asTyped(form);
  // A refused form is served with what was typed: only the draft knows what is saved.
  if (isRefused(form)) write(name, { base: read(name)?.base ?? served, values, sent });
  else write(name, JSON.stringify(values) === served ? null : { base: served, values, sent });
}

function restore(form) {
  const draft = read(form.dataset.draft);
  if (!draft || isRefused(form)) return;
  if (draft.base !== asServed(form)) {
    write(form.dataset.draft, null);
    return;
  }
  fieldsOf(form).forEach((field, place) => {
    field[isTick(field) ? "checked" : "value"] = draft.values[place];
  });
  form.querySelector("[data-draft-note]").hidden = false;
  document.dispatchEvent(new CustomEvent("item-form:restored"));
}

function start() {
  const form = document.querySelector("form[data-draft]");
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "yes";
  const { saved } = form.closest("[data-view]").dataset;
  if (saved && read(`item-${saved}`)?.sent) write(`item-${saved}`, null);
  if (document.querySelector("[data-added]")) write(form.dataset.draft, null);
  else restore(form);
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) keep(form);
  });
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-draft]")) keep(event.target, true);
}, true);

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-draft-clear]")) return;
  const form = event.target.closest("form");
  write(form.dataset.draft, null);
  form.reset();
  form.querySelector("[data-draft-note]").hidden = true;
  document.dispatchEvent(new CustomEvent("item-form:restored"));
});

for (const moment of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(moment, start);
start();
