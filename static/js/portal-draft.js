// A new item half typed survives a closed tab: it is kept in this browser until it is saved or cleared.
const keyOf = (form) => `item-draft:${form.dataset.draft}`;
const unkept = new Set(["csrf_token"]);

function read(form) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(form)));
  } catch {
    return null;
  }
}

function keep(form) {
  const values = [...new FormData(form)].filter(([name, value]) => !unkept.has(name) && value !== "");
  const worth = values.some(([name, value]) => name !== "pieces" || value !== "1");
  try {
    if (worth) localStorage.setItem(keyOf(form), JSON.stringify(values));
    else localStorage.removeItem(keyOf(form));
  } catch {
    // Storage may be full or forbidden: typing goes on all the same.
  }
}

function restore(form) {
  const values = read(form);
  if (!values || form.querySelector("[aria-invalid='true']")) return;
  for (const [name, value] of values) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "radio") field.checked = field.value === value;
      else if (field.type === "checkbox") field.checked = true;
      else field.value = value;
    }
  }
  form.querySelector("[data-draft-note]").hidden = false;
  document.dispatchEvent(new CustomEvent("item-form:restored"));
}

function start() {
  const form = document.querySelector("form[data-draft]");
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "yes";
  if (document.querySelector("[data-added]")) localStorage.removeItem(keyOf(form));
  else restore(form);
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) keep(form);
  });
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-draft-clear]")) return;
  const form = event.target.closest("form");
  localStorage.removeItem(keyOf(form));
  form.reset();
  form.querySelector("[data-draft-note]").hidden = true;
  document.dispatchEvent(new CustomEvent("item-form:restored"));
});

for (const moment of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(moment, start);
start();
