// form[data-autosubmit] is sent at each change of a choice, and a quarter of a second after the last key.
const waiting = new WeakMap();

function send(form, delay) {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => form.requestSubmit(), delay));
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-autosubmit]") && event.target.matches("input[type=search], input[type=text]")) send(form, 250);
});

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-autosubmit]") && !event.target.matches("input[type=search], input[type=text]")) send(form, 0);
});
