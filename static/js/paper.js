// Typing in paper sheets by keyboard alone: Enter goes to the next field, and from the last one it sends the line.

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-paper-line]");
  if (!form || event.key !== "Enter" || !event.target.matches("input")) return;
  const fields = [...form.querySelectorAll("input:not([type=hidden])")];
  const next = fields[fields.indexOf(event.target) + 1];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select();
});

// After a line: the next one begins at its code; after a refusal, at the field that is wrong.
document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches("[data-paper]")) return;
  const field = event.target.querySelector("[aria-invalid='true']") ?? event.target.querySelector("[name='code']");
  field?.focus();
  field?.select();
});
