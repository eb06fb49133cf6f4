"""A depositor on the sofa: accepts the invitation, declares two lists, sometimes wrongly, validates them."""

import re
from random import Random

from app.cli.demo.goods import Good, make_list_goods
from app.cli.simulate.browser import Browser, Page, Unexpected
from app.cli.simulate.cast import PASSWORD, DeclaredItem, DeclaredList, Depositor
from app.cli.simulate.forms import Values
from app.core.money import format_amount
from app.editions.rulebook import Rulebook

MEMBER = "1000"
# What somebody types by mistake, and what the page must keep in its field.
MISTAKES: tuple[dict[str, str | bool], ...] = (
    {"price": "0,70"},
    {"price": "gratuit"},
    {"price": "3,20"},
    {"conforms": False},
    {"description": "siège auto groupe 1"},
)
# A book may speak of a car seat, and a pram shell fit one.
MAY_NAME_A_SEAT = ("books", "childcare")


def accept_invitation(base_url: str, link: str) -> Browser:
    """Choose a password and consent; consent forgotten the first time."""
    browser = Browser(base_url)
    form = browser.get(link).seen.form("/activation/*")
    typed = {"password": PASSWORD, "again": PASSWORD}
    browser.submit(form, {**typed, "consent": False}, expect=422)
    browser.submit(form, {**typed, "consent": True})
    browser.get(link, expect=410)
    return browser


class Portal:
    """The depositor's own screens of one edition."""

    def __init__(
        self, browser: Browser, depositor: Depositor, edition: tuple[int, int], book: Rulebook
    ) -> None:
        self.browser, self.depositor = browser, depositor
        self._edition_id, self._edition_number = edition
        self._book = book

    def declare_everything(self, random: Random, items: range) -> int:
        """Fill every list and validate it; returns how many inputs were refused, as they should be."""
        home = self.browser.get("/portal")
        pattern = rf"/editions/{self._edition_id}/lists/\d+$"
        addresses = list(dict.fromkeys(link for link, _ in home.seen.links if re.search(pattern, link)))
        if not addresses:
            raise Unexpected(f"{self.depositor.person.email} n’a pas de liste. {home.complaints}")
        return sum(self._declare(address, random, random.choice(items)) for address in addresses)

    def _declare(self, address: str, random: Random, count: int) -> int:
        page = self.browser.get(address)
        declared = self._read_list(page)
        goods = make_list_goods(self._book, random, count)
        shuffled = random.sample(goods, len(goods))
        refused = 0
        for position, good in enumerate(shuffled):
            if position == 0 or random.random() < 0.1:
                self._mistake(address, good, random.choice(_mistakes(good)))
                refused += 1
            self._add(address, good)
        # The page keeps items in the order of the categories, whatever the order they came in.
        order = [category.key for category in self._book.categories]
        ordered = sorted(shuffled, key=lambda good: order.index(good.category))
        declared.items = [
            DeclaredItem(self._label(declared, position), good.price_cents)
            for position, good in enumerate(ordered, start=1)
        ]
        self._validate(address)
        self.depositor.lists.append(declared)
        return refused

    def _read_list(self, page: Page) -> DeclaredList:
        found = re.search(r"Liste (\d+)(?: – n° (\d+))?", page.seen.heading)
        if not found:
            raise Unexpected(f"la liste s’appelle « {page.seen.heading} »")
        return DeclaredList(int(found[1]), int(found[2] or 1))

    def _label(self, declared: DeclaredList, position: int) -> str:
        """Edition, list and line as the label shows them: lists that share a number go on counting."""
        line = (declared.rank - 1) * self._book.list.max_items * (self.depositor.kind == MEMBER) + position
        return f"{self._edition_number:02d}{declared.number:04d}{line:02d}"

    def _add(self, address: str, good: Good) -> None:
        form = self.browser.get(f"{address}/items/new").seen.form("/items")
        self.browser.submit(form, _typed(good), button="Enregistrer")

    def _mistake(self, address: str, good: Good, mistake: dict[str, str | bool]) -> None:
        """Type something wrong: refused, and what was typed is still there."""
        form = self.browser.get(f"{address}/items/new").seen.form("/items")
        typed = {**_typed(good), **mistake}
        page = self.browser.submit(form, typed, button="Enregistrer", expect=422)
        shown = {each.name: each.value for each in page.seen.form("/items").fields}
        for name in ("price", "description", "brand"):
            if shown[name] != typed[name]:
                raise Unexpected(f"refusé, le champ {name} a perdu « {typed[name]} » ({shown[name]})")
        if not page.seen.told.get("field__error"):
            raise Unexpected(f"{address} : refus sans explication à côté du champ")

    def _validate(self, address: str) -> None:
        form = self.browser.get(f"{address}/validation").seen.form("/validation")
        self.browser.submit(form, {"terms": False}, expect=422)
        self.browser.submit(form, {"terms": True})
        recap = self.browser.get(f"{address}/recap.pdf")
        if not recap.body.startswith(b"%PDF"):
            raise Unexpected(f"{address}/recap.pdf n’est pas un PDF")


def _mistakes(good: Good) -> list[dict[str, str | bool]]:
    return [each for each in MISTAKES if "description" not in each or good.category not in MAY_NAME_A_SEAT]


def _typed(good: Good) -> Values:
    return {
        "type": good.type,
        **({"gender": good.gender} if good.gender else {}),
        "size": good.size,
        "price": format_amount(good.price_cents),
        "brand": good.brand,
        "colour": good.colour,
        "description": good.description,
        "conforms": True,
        "donate_if_unsold": good.donate_if_unsold,
    }
