// Forms: the first wrong field gets the focus, a form is sent once, passwords can be shown, parts depend on a choice.

const downloadTime = 8000;

function focusFirstError(root) {
  const field = root.querySelector("[aria-invalid='true']");
  if (field) field.focus();
}

function unlock(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sending = "yes";
  setTimeout(() => unlock(form), downloadTime); // an answer that is a file leaves this page in place
  (event.submitter ?? form.querySelector("button[type=submit]"))?.setAttribute("aria-busy", "true");
}, true);

// Half-typed items (portal-draft.js) do not wait for the next person on a shared phone.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-sign-out]")) return;
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("item-draft:")) localStorage.removeItem(key);
  } catch {
    // Where storage is forbidden, nothing was kept.
  }
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form) unlock(form);
});
// A page that comes back from the browser's memory must be usable again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(unlock));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (!button) return;
  const input = document.getElementById(button.dataset.showPassword);
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.textContent = shown ? "Masquer" : "Afficher";
  button.setAttribute("aria-pressed", String(shown));
});

// data-show-when="name=value": the part is shown, and its fields sent, only with that choice.
function showParts(form) {
  for (const part of form.querySelectorAll("[data-show-when]")) {
    const [name, value] = part.dataset.showWhen.split("=");
    const chosen = new FormData(form).getAll(name).includes(value);
    part.hidden = !chosen;
    for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = !chosen;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.form) showParts(event.target.form);
});

function prepare(root) {
  for (const button of root.querySelectorAll("[data-show-password]")) button.hidden = false;
  for (const part of root.querySelectorAll("[data-show-when]")) showParts(part.closest("form"));
}

prepare(document);
focusFirstError(document);
document.addEventListener("htmx:afterSettle", (event) => {
  prepare(event.target);
  focusFirstError(event.target);
});
