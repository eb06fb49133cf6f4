"""What a person sees and can press on an HTML page: headings, messages, tables, links and forms."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from app.cli.simulate.forms import Button, Field, Form, NotOnPage

_VOID = {"input", "br", "img", "meta", "link", "hr", "path", "use", "wbr", "source"}
# Texts kept by the class of the element they stand in.
_TOLD = {"alert", "field__error", "stat"}


@dataclass
class Document:
    """`rows`: table rows as label of the column → text. `told`: texts by class of element (see `_TOLD`)."""

    heading: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=dict)

    def form(self, action: str) -> Form:
        """The first form whose address ends like this (`*` stands for a number or an identifier)."""
        pattern = re.compile(re.escape(action).replace(r"\*", "[^/]+") + r"(\?.*)?$")
        for each in self.forms:
            if pattern.search(each.action):
                return each
        raise NotOnPage(f"le formulaire {action} n’est pas sur la page « {self.heading} »")

    def link(self, pattern: str) -> str:
        """The first link whose address matches."""
        for address, _ in self.links:
            if re.search(pattern, address):
                return address
        raise NotOnPage(f"le lien {pattern} n’est pas sur la page « {self.heading} »")


def read_html(text: str) -> Document:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.document


@dataclass
class _Open:
    """An element under way and the text it has gathered."""

    tag: str
    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self._open: list[_Open] = []
        self._by_id: dict[str, Form] = {}
        self._waiting: list[tuple[str, Field]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            form = Form(attributes.get("action", ""), attributes.get("method", "get").lower())
            self.document.forms.append(form)
            if "id" in attributes:
                self._by_id[attributes["id"]] = form
        elif tag == "tr":
            self.document.rows.append({})
        elif tag in ("input", "select", "textarea") and attributes.get("name"):
            self._add_field(tag, attributes)
        elif tag == "option":
            self._add_option(attributes)
        if tag not in _VOID:
            self._open.append(_Open(tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        if not any(each.tag == tag for each in self._open):
            return
        while True:
            element = self._open.pop()
            self._leave(element)
            if self._open:
                self._open[-1].texts.append(" " + element.text + " ")
            if element.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].texts.append(data)

    def close(self) -> None:
        super().close()
        for form_id, each in self._waiting:
            if form_id in self._by_id:
                self._by_id[form_id].fields.append(each)

    def _leave(self, element: _Open) -> None:
        attributes = element.attributes
        if element.tag == "h1":
            self.document.heading = element.text
        elif element.tag == "a":
            self.document.links.append((attributes.get("href", ""), element.text))
        elif element.tag in ("td", "th") and attributes.get("data-label") and self.document.rows:
            self.document.rows[-1][attributes["data-label"]] = element.text
        elif element.tag == "textarea" and self._form() and attributes.get("name"):
            self._form().fields[-1].value = "".join(element.texts).lstrip("\n")
        elif element.tag == "button" and attributes.get("type", "submit") == "submit" and self._form():
            names = (attributes.get(name, "") for name in ("name", "value", "formaction"))
            self._form().buttons.append(Button(element.text or attributes.get("aria-label", ""), *names))
        for name in attributes.get("class", "").split():
            if name in _TOLD:
                self.document.told.setdefault(name, []).append(element.text)

    def _form(self) -> Form:
        """The form under way; one without fields outside of any."""
        inside = any(each.tag == "form" for each in self._open)
        return self.document.forms[-1] if inside and self.document.forms else Form("", "get")

    def _add_field(self, tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "text") if tag == "input" else tag
        default = "on" if kind in ("checkbox", "radio") else ""
        made = Field(
            attributes["name"],
            kind,
            attributes.get("value", default),
            checked="checked" in attributes,
            choices=[] if tag == "select" else None,
        )
        if "form" in attributes:
            self._waiting.append((attributes["form"], made))
        else:
            self._form().fields.append(made)

    def _add_option(self, attributes: dict[str, str]) -> None:
        fields = self._form().fields
        if not fields or fields[-1].choices is None:
            return
        value = attributes.get("value", "")
        if "selected" in attributes or not fields[-1].choices:
            fields[-1].value = value
        fields[-1].choices.append(value)
