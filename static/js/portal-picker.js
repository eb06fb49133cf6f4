// The list of types as two taps: a category, then a type. The select stays and holds the value.
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const chip = (label, onclick) => {
  const made = element("button", { type: "button", class: "chip" }, label);
  made.addEventListener("click", onclick);
  return made;
};

class Picker {
  constructor(field) {
    this.field = field;
    this.select = field.querySelector("select");
    this.panel = element("div", { role: "group", "aria-labelledby": "type-label" });
    this.select.before(this.panel);
    this.select.hidden = true;
    this.draw();
  }

  draw() {
    const option = this.select.selectedOptions[0];
    if (option?.value) this.drawChosen(option);
    else this.drawTypes(this.group(this.field.dataset.category)) || this.drawCategories();
  }

  group(key) {
    return [...this.select.querySelectorAll("optgroup")].find((each) => each.dataset.key === key);
  }

  drawCategories() {
    const chips = [...this.select.querySelectorAll("optgroup")].map((group) =>
      chip(group.label, () => this.drawTypes(group) && this.panel.querySelector(".chip").focus()),
    );
    this.panel.replaceChildren(element("div", { class: "chips chips--grid" }, ...chips));
  }

  drawTypes(group) {
    if (!group) return false;
    const back = element("button", { type: "button", class: "button button--quiet button--small" }, "Autre catégorie");
    back.addEventListener("click", () => {
      this.drawCategories();
      this.panel.querySelector(".chip").focus();
    });
    const chips = [...group.children].map((option) => chip(option.label, () => this.choose(option.value)));
    this.panel.replaceChildren(
      element("div", { class: "picker__step" }, element("span", {}, group.label), back),
      element("div", { class: "chips chips--grid" }, ...chips),
    );
    return true;
  }

  choose(value) {
    this.select.value = value;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.draw();
    this.panel.querySelector("button").focus();
  }

  drawChosen(option) {
    const change = element("button", { type: "button", class: "button button--quiet" }, "Changer");
    change.addEventListener("click", () => {
      this.field.dataset.category = option.parentElement.dataset.key;
      this.drawTypes(option.parentElement);
      this.panel.querySelector(".chip").focus();
    });
    const path = element("span", { class: "picker__path" }, option.label, " ", element("small", {}, option.parentElement.label));
    this.panel.replaceChildren(element("div", { class: "picker__chosen" }, path, change));
    if (this.select.getAttribute("aria-invalid")) change.setAttribute("aria-describedby", "type-error");
  }
}

const pickers = new WeakMap();
function enhance() {
  for (const field of document.querySelectorAll("[data-picker]")) {
    if (!pickers.has(field)) pickers.set(field, new Picker(field));
  }
}

document.addEventListener("item-form:restored", () => {
  for (const field of document.querySelectorAll("[data-picker]")) pickers.get(field)?.draw();
});
for (const moment of ["htmx:afterSettle", "htmx:historyRestore"]) document.addEventListener(moment, enhance);
enhance();
