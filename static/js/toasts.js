// Short messages: from the answer (header HX-Trigger "toast" or the macro), from a failed request, from other modules.
const region = document.getElementById("toasts");
const icons = { info: "info", success: "circle-check", warning: "triangle-alert", danger: "octagon-alert" };
const shownFor = 6000;

function icon(name) {
  const sheet = document.querySelector("#toast-close").content.querySelector("use").getAttribute("href").split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sheet}#${name}`);
  svg.append(use);
  return svg;
}

// A page that asks every second and gets no answer says so once.
const alreadyShown = (text) => [...region.children].some((toast) => toast.querySelector("span")?.textContent === text);

function show({ text, tone = "success" }) {
  if (alreadyShown(text)) return;
  const toast = document.createElement("div");
  toast.className = `toast toast--${tone}`;
  toast.dataset.toast = "";
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(icon(icons[tone]), words);
  region.append(toast);
}

// Errors stay until they are closed; the others go by themselves unless one is reading them.
function live(toast) {
  const close = document.querySelector("#toast-close").content.firstElementChild.cloneNode(true);
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  if (toast.matches(".toast--danger")) return;
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, shownFor) : toast.remove());
  setTimeout(leave, shownFor);
}

function refusal(xhr) {
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const sentence = page.querySelector(".alert__body, [data-refusal]")?.textContent.trim();
  return sentence || "L’action n’a pas abouti. Rechargez la page, puis recommencez.";
}

new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) live(node);
  }
}).observe(region, { childList: true });

document.body.addEventListener("toast", (event) => show(event.detail));
document.body.addEventListener("htmx:responseError", (event) => show({ text: refusal(event.detail.xhr), tone: "danger" }));
document.body.addEventListener("htmx:sendError", () => show({ text: "Pas de connexion : réessayez dans un instant.", tone: "warning" }));
