"""Searching the items of an edition as people describe them: by code, words, size, colour, price, seller."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from app.accounts.models import User
from app.core.codes import InvalidCode, make_code, parse_code, parse_short, short_number
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.core.search import contains, fold_text
from app.deposits.models import Item, ItemList, ItemState, Registration
from app.editions.models import Edition
from app.editions.rulebook import Rulebook

PER_PAGE = 100
# That of the labels.
_ORDER = (ItemList.number, Item.line, Item.list_id, Item.position, Item.id)

Items = Select[Item, int | None, int, str, str]


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What is looked for; empty fields do not narrow. Prices in cents, both ends included.

    `text` is a label code, `245-03`, a list number, or words of the item or its seller.
    """

    text: str = ""
    state: ItemState | None = None
    category: str = ""
    size: str = ""
    colour: str = ""
    price_from: int | None = None
    price_to: int | None = None


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An item with where it comes from."""

    item: Item
    number: int | None
    registration_id: int
    seller: str

    @property
    def short(self) -> str:
        """`245-03`, as one types it at a till; empty without a number."""
        return short_number(self.number, self.item.line)


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of results, and how many there are in all."""

    rows: list[FoundItem]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def search_items(edition: Edition, wanted: ItemFilter, page: int = 1) -> ItemPage:
    """The items of a page, in the order of their labels."""
    page = max(1, page)
    # Ids are sorted, then the page's rows read: sorting ten thousand whole items costs four times as much.
    found = (
        _found(edition, wanted)
        .with_only_columns(Item.id, func.count().over().label("total"))
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
        .subquery()
    )
    statement = _select().join(found, found.c.id == Item.id).add_columns(found.c.total).order_by(*_ORDER)
    rows = db.session.execute(statement).all()
    if not rows and page > 1:
        return search_items(edition, wanted, 1)
    return ItemPage([_row(row) for row in rows], rows[0][-1] if rows else 0, page)


def all_items(edition: Edition, wanted: ItemFilter) -> Iterator[FoundItem]:
    """Every item found, for an export; read a few hundred at a time."""
    statement = _found(edition, wanted).execution_options(yield_per=500)
    for row in db.session.execute(statement):
        yield _row(row)


def get_item(edition_id: int, item_id: int) -> FoundItem:
    """One item of an edition; raises NotFound."""
    row = db.session.execute(_select().where(Item.edition_id == edition_id, Item.id == item_id)).one_or_none()
    if row is None:
        raise NotFound("Cet article n’existe pas dans cette édition.")
    return _row(row)


def find_by_label(edition: Edition, typed: str) -> FoundItem:
    """The item whose label was scanned, or typed as `245-03`. Raises DomainError on `item`."""
    short = parse_short(typed)
    code = make_code(edition.number, *short) if short else parse_code(typed, "item").digits
    row = db.session.execute(_select().where(Item.edition_id == edition.id, Item.code == code)).one_or_none()
    if row is None:
        raise DomainError("Aucun article ne porte ce numéro : cherchez-le dans « Articles ».", "item")
    return _row(row)


def _select() -> Items:
    return (
        select(Item, ItemList.number, Registration.id, User.first_name, User.last_name)
        .select_from(Item)
        .join(ItemList, ItemList.id == Item.list_id)
        .join(Registration, Registration.id == ItemList.registration_id)
        .join(User, User.id == Registration.user_id)
    )


def _row(row: Any) -> FoundItem:
    item, number, registration_id, first, last = row[:5]
    return FoundItem(item, number, registration_id, f"{first} {last}".strip())


def _found(edition: Edition, wanted: ItemFilter) -> Items:
    statement = _select().where(Item.edition_id == edition.id)
    if wanted.state is not None:
        statement = statement.where(Item.state == wanted.state)
    if wanted.category:
        statement = statement.where(Item.category == wanted.category)
    if wanted.size:
        statement = statement.where(contains(Item.size, wanted.size))
    if wanted.colour:
        statement = statement.where(contains(Item.colour, wanted.colour))
    if wanted.price_from is not None:
        statement = statement.where(Item.price_cents >= wanted.price_from)
    if wanted.price_to is not None:
        statement = statement.where(Item.price_cents <= wanted.price_to)
    if wanted.text.strip():
        statement = statement.where(_says(edition.rulebook, wanted.text.strip()))
    return statement.order_by(*_ORDER)


def _says(book: Rulebook, text: str) -> ColumnElement[bool]:
    code = _code_in(text)
    if code:
        return Item.code.startswith(code)
    words = and_(*(_says_word(book, word) for word in text.split()[:8]))
    short = parse_short(text)
    if short is None:
        return words
    return or_(and_(ItemList.number == short[0], Item.line == short[1]), words)


def _code_in(text: str) -> str:
    """The digits of a label code, whole or its first six and more, as typed or scanned; else nothing."""
    try:
        return parse_code(text).digits
    except InvalidCode:
        digits = text.replace(" ", "")
        return digits if digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 10 else ""


def _says_word(book: Rulebook, word: str) -> ColumnElement[bool]:
    """The word is part of what describes the item or its seller, or it is the number of the list."""
    described = Item.description + " " + Item.brand + " " + Item.size + " " + Item.colour
    everything = described + " " + User.first_name + " " + User.last_name
    folded = fold_text(word)
    types = [each.key for each in book.item_types if folded in fold_text(each.label)]
    genders = [each.key for each in book.genders if folded in fold_text(each.label)]
    number = ItemList.number == int(word) if word.isdecimal() and len(word) <= 4 else false()
    return or_(number, Item.type.in_(types), Item.gender.in_(genders), contains(everything, word))
