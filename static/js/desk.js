// The reasons of a strike may open below the edge of the screen: bring them into sight.
document.addEventListener(
  "toggle",
  (event) => {
    const panel = event.target.open && event.target.querySelector(".strike__panel");
    if (panel) panel.scrollIntoView({ block: "nearest" });
  },
  true,
);
