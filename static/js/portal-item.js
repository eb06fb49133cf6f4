// The item form asks only what the chosen type needs, and gives the usual prices for it.
function refresh(form) {
  const option = form.querySelector("[data-type]").selectedOptions[0];
  const chosen = Boolean(option?.value);
  for (const part of form.querySelectorAll("[data-part]")) {
    const wanted = !chosen ? part.dataset.part !== "lot" : part.dataset.part in option.dataset;
    const wrong = part.querySelector("[aria-invalid='true']");
    part.hidden = !wanted && !wrong;
    if (part.hidden) clear(part);
  }
  const optional = form.querySelector("[data-description]").closest(".field").querySelector(".field__optional");
  if (optional) optional.hidden = chosen && "describe" in option.dataset;
  showHint(form, option);
}

function clear(part) {
  for (const input of part.querySelectorAll("input")) {
    if (input.type === "radio") input.checked = false;
    else if (input.name === "pieces") input.value = "1";
    else input.value = "";
  }
}

function showHint(form, option) {
  const hint = form.querySelector("[data-hint]");
  const audience = form.querySelector("input[name=gender]:checked")?.dataset.audience;
  const { hintAdult, hintChild } = option?.dataset ?? {};
  const only = hintAdult && hintChild ? undefined : hintAdult ?? hintChild;
  const known = audience === "adult" ? hintAdult : audience === "child" ? hintChild : only;
  hint.textContent = known || hint.dataset.default;
  hint.toggleAttribute("data-known", Boolean(known));
}

const refreshAll = () => document.querySelectorAll("[data-item-form]").forEach(refresh);

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-item-form]");
  if (form && event.target.matches("[data-type], input[name=gender]")) refresh(form);
});
document.addEventListener("item-form:restored", refreshAll);
for (const moment of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(moment, refreshAll);
refreshAll();
