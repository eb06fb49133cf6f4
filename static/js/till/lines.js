// Lines of a basket or of a sale as people read them. One without a label bears no code: its words were typed.
import { shortName } from "./codes.js";
import { el } from "./dom.js";

export const UNIDENTIFIED = "à identifier";

// `245-03`, or what stands for it.
export function lineNumber({ code }) {
  return code ? shortName(code) : UNIDENTIFIED;
}

// What a line of a sale was: the words typed at the till, else the catalogue's.
export function lineName({ code, text }, catalogue) {
  return text ?? catalogue.get(code)?.name ?? "";
}

// Places (from 0) of the lines of a sale that were taken back since.
export function goneLines({ entry, voids }) {
  const isGone = (line, place) =>
    voids.some(({ codes, lines }) => (line.code ? codes.includes(line.code) : lines?.includes(place)));
  return entry.lines.flatMap((line, place) => (isGone(line, place) ? [place] : []));
}

// The list number with the dot of its label's colour. `colour`: {hex, name} or null.
export function numberWithDot(code, colour) {
  return el("span", { class: "list-number" }, colour ? dot(colour) : null, shortName(code));
}

function dot({ hex, name }) {
  const [svg, title, circle] = ["svg", "title", "circle"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [key, value] of [["class", "colour-dot"], ["viewBox", "0 0 14 14"], ["role", "img"], ["aria-label", name]]) {
    svg.setAttribute(key, value);
  }
  title.textContent = name;
  for (const [key, value] of [["cx", "7"], ["cy", "7"], ["r", "6.5"], ["fill", hex]]) circle.setAttribute(key, value);
  svg.append(title, circle);
  return svg;
}
