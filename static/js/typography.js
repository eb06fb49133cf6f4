// French keeps ":", ";", "!", "?" and "»" with the word before them, "«" with the one after: never alone on a line.
const loose = / (?=[:;?!](?:\s|$)|»)|(?<=«) /g;
const asTyped = "textarea, option, pre, code, script, style";

function keepTogether(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    const together = data.replace(loose, "\u00a0");
    if (together !== data && !parentElement.closest(asTyped)) texts.currentNode.data = together;
  }
}

keepTogether(document.body);
document.body.addEventListener("htmx:load", (event) => keepTogether(event.target));
