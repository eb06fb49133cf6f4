// time[data-countdown] says how long is left until its date; the server's words stand until then.
const minute = 60000;

function left(milliseconds) {
  const minutes = Math.floor(milliseconds / minute);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  if (days >= 2) return `dans ${days} jours${hours ? ` et ${hours} h` : ""}`;
  if (days === 1) return `dans 1 jour${hours ? ` et ${hours} h` : ""}`;
  if (hours) return `dans ${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return minutes > 0 ? `dans ${minutes} min` : "dans moins d’une minute";
}

function refresh() {
  for (const element of document.querySelectorAll("time[data-countdown]")) {
    const remaining = new Date(element.dateTime) - Date.now();
    element.textContent = remaining > 0 ? left(remaining) : "terminé";
  }
}

refresh();
setInterval(refresh, minute / 2);
document.addEventListener("htmx:afterSettle", refresh);
