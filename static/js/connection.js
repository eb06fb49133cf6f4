// The state of the connection in the top bar: what the browser says, corrected by what requests really do.
const mark = document.querySelector("[data-connection]");

function show(connected) {
  mark.classList.toggle("connection--off", !connected);
  const use = mark.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, connected ? "#wifi" : "#wifi-off"));
  const words = connected ? "Connecté" : "Hors connexion";
  const text = mark.querySelector("[data-connection-text]");
  if (text.textContent !== words) text.textContent = words;
}

if (mark) {
  window.addEventListener("online", () => show(true));
  window.addEventListener("offline", () => show(false));
  document.addEventListener("htmx:sendError", () => show(false));
  document.addEventListener("htmx:afterOnLoad", () => show(true));
  if (!navigator.onLine) show(false);
}

// The same id stands in the server's log, and in that of whatever the request sets going. Unsafe addresses have none.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (crypto.randomUUID) detail.headers["X-Correlation-Id"] = crypto.randomUUID();
});
