"""The guide of `docs/guide/`, Markdown that also reads well in a repository, drawn for the application.

A page is `NAME.md`: its first heading is its title, its first paragraph says whom it is for, and each second
level heading begins a part with an anchor of its own, made as repositories make theirs.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import structlog
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from config.settings import ROOT

FOLDER = ROOT / "docs" / "guide"
NAMES = ("deposant", "benevole", "gestionnaire", "tresorier", "administrateur", "glossaire")
# Where a no-break space belongs in French.
SPACE_BEFORE = re.compile(r" (?=[:;?!»€%])")
SPACE_AFTER = re.compile(r"(?<=«) ")
NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")

log = structlog.get_logger()
Address = Callable[[str], str]


@dataclass(frozen=True)
class Part:
    """One heading of a page, and what follows `#` in its address."""

    anchor: str
    title: str


@dataclass(frozen=True)
class GuidePage:
    """A page ready to be shown; `images` are the files of `docs/guide/img` it shows. What an absent one would
    show stands in words instead."""

    name: str
    title: str
    lead: str
    html: Markup
    parts: tuple[Part, ...]
    anchors: frozenset[str]
    images: tuple[str, ...]


@cache
def read_page(name: str, page_address: Address, image_address: Address) -> GuidePage:
    """Draw one of NAMES; the two functions give the address of a page and of an image by name.

    Raw HTML in the source is shown as text, never passed on.
    """
    tokens = _parser().parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    title, lead = tokens[1].content, tokens[4].content
    body = tokens[6:]
    headings = list(_name_headings(body))
    images = list(_prepare_inline(body, page_address, image_address))
    return GuidePage(
        name=name,
        title=french_spaces(title),
        lead=french_spaces(lead),
        html=Markup(_parser().renderer.render(body, _parser().options, {})),  # noqa: S704 - html is off
        parts=tuple(part for level, part in headings if level == "h2"),
        anchors=frozenset(part.anchor for _, part in headings),
        images=tuple(images),
    )


def anchor_of(heading: str) -> str:
    """`Fermer la caisse !` → `fermer-la-caisse-`: the rule of GitHub and GitLab."""
    return NOT_IN_ANCHOR.sub("", heading.lower()).replace(" ", "-")


def french_spaces(text: str) -> str:
    """Typographic apostrophes, and no-break spaces before `: ; ? ! » €` and after `«`."""
    return SPACE_AFTER.sub("\u00a0", SPACE_BEFORE.sub("\u00a0", text.replace("'", "’")))


def image_size(file: Path) -> tuple[int, int]:
    """Width and height in pixels of a PNG, from its header."""
    with file.open("rb") as png:
        width, height = struct.unpack(">II", png.read(24)[16:])
    return width, height


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _name_headings(tokens: list[Token]) -> Iterator[tuple[str, Part]]:
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            part = Part(anchor_of(inline.content), french_spaces(inline.content))
            opening.attrSet("id", part.anchor)
            yield opening.tag, part


def _prepare_inline(blocks: list[Token], page_address: Address, image_address: Address) -> Iterator[str]:
    """Point links and images into the application, set French spaces; yields the images met."""
    for token in (child for block in blocks for child in block.children or ()):
        if token.type == "text":
            token.content = french_spaces(token.content)
        elif token.type == "link_open":
            token.attrSet("href", _in_application(str(token.attrs["href"]), page_address))
        elif token.type == "image":
            name = str(token.attrs["src"]).removeprefix("img/")
            file = FOLDER / "img" / name
            if not file.is_file():
                log.warning("guide.picture_missing", file=name)
                token.type = "text"
                continue
            width, height = image_size(file)
            token.attrs = {
                **token.attrs,
                "src": image_address(name),
                "width": width,
                "height": height,
                "loading": "lazy",
                "class": "guide__phone" if height > width else "guide__screen",
            }
            yield name


def _in_application(href: str, page_address: Address) -> str:
    """`benevole.md#vendre` → the page's address with the same anchor; other addresses as they are."""
    page, hash_sign, anchor = href.partition("#")
    if not page.endswith(".md"):
        return href
    return page_address(page.removesuffix(".md")) + hash_sign + anchor
