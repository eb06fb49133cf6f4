// The choice of light, dark or system, kept in a cookie so that the server draws the page right at once.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  const theme = button.dataset.themeChoice;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const life = theme ? 31536000 : 0;
  document.cookie = `theme=${theme}; path=/; max-age=${life}; samesite=lax`;
  for (const other of document.querySelectorAll("[data-theme-choice]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
});
