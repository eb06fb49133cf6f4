// Selectable rows: "select all", the count, and a bar of actions that shows up when something is selected.
function refresh(scope) {
  const rows = [...scope.querySelectorAll("[data-select-row]")];
  const count = rows.filter((row) => row.checked).length;
  const all = scope.querySelector("[data-select-all]");
  if (all) {
    all.checked = count > 0 && count === rows.length;
    all.indeterminate = count > 0 && count < rows.length;
  }
  const bar = scope.querySelector("[data-bulk-bar]");
  if (bar) {
    bar.hidden = count === 0;
    bar.querySelector("[data-bulk-count]").textContent = count;
  }
}

const scopeOf = (element) => element.closest("form") ?? document;

document.addEventListener("change", (event) => {
  const scope = scopeOf(event.target);
  if (event.target.matches("[data-select-all]")) {
    for (const row of scope.querySelectorAll("[data-select-row]")) row.checked = event.target.checked;
  }
  if (event.target.matches("[data-select-all], [data-select-row]")) refresh(scope);
});

const refreshAll = () => document.querySelectorAll("[data-bulk-bar]").forEach((bar) => refresh(scopeOf(bar)));
refreshAll();
document.addEventListener("htmx:afterSettle", refreshAll);
