// A signature drawn with finger, pen or mouse: straight lines of an SVG path, kept in a hidden field.
// Without JavaScript the pad stays hidden and one signs on paper.
const width = 600;
const height = 200;
const least = 3; // between two points, in units of the drawing
const longest = 19000; // characters; the server refuses more than 20,000

for (const frame of document.querySelectorAll("[data-signature]")) prepare(frame);

function prepare(frame) {
  const pad = frame.querySelector("[data-signature-pad]");
  const line = pad.querySelector("path");
  const field = frame.querySelector("[data-signature-path]");
  let last = null;

  const show = (path) => {
    field.value = path;
    line.setAttribute("d", path);
  };
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    const within = (value, size) => Math.max(0, Math.min(size, Math.round(value)));
    return [
      within(((event.clientX - box.left) / box.width) * width, width),
      within(((event.clientY - box.top) / box.height) * height, height),
    ];
  };
  const add = (command, [x, y]) => {
    if (field.value.length > longest) return;
    show(`${field.value}${field.value ? " " : ""}${command}${x} ${y}`);
    last = [x, y];
  };

  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    const start = place(event);
    add("M", start);
    add("L", start); // a dot shows too
  });
  pad.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const point = place(each);
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= least) add("L", point);
    }
  });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => (last = null));
  frame.querySelector("[data-signature-clear]").addEventListener("click", () => show(""));

  show(field.value);
  frame.hidden = false;
}
