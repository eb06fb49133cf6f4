"""Spare labels: which item each names, and how many are left."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from app.accounts.models import User
from app.core.codes import short_number
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item, ItemList
from app.labels.models import SpareLabel
from app.labels.spare_rules import SpareUnknown, is_spare, read_spare, spare_name

LATEST = 50


@dataclass(frozen=True, slots=True)
class BoundSpare:
    """A spare label on an item: by whom, when (UTC); `number` is that of the item's list."""

    id: int
    code: str
    item: Item | None
    number: int | None
    bound_at: datetime | None
    bound_by: str

    @property
    def name(self) -> str:
        return spare_name(self.code)

    @property
    def short(self) -> str:
        """`245-03`, the item it names; empty while it is blank."""
        return short_number(self.number, self.item.line) if self.item else ""


@dataclass(frozen=True, slots=True)
class SpareCounts:
    made: int
    bound: int

    @property
    def blank(self) -> int:
        return self.made - self.bound


def spare_aliases(edition_id: int, item_ids: Collection[int] | None = None) -> dict[str, str]:
    """The code of the item each bound spare label names, by the spare's code; of all items, or of these."""
    statement = (
        select(SpareLabel.code, Item.code)
        .join(Item, Item.id == SpareLabel.item_id)
        .where(SpareLabel.edition_id == edition_id)
        .order_by(SpareLabel.code)
    )
    if item_ids is not None:
        statement = statement.where(SpareLabel.item_id.in_(item_ids))
    return {spare: code for spare, code in db.session.execute(statement) if code}


def named_by_spares(edition_id: int, codes: Collection[str]) -> dict[str, str]:
    """Of these codes, those of bound spare labels with the code of their item; no query without any."""
    spares = [code for code in codes if len(code) == 10 and code.isdecimal() and is_spare(code)]
    if not spares:
        return {}
    statement = (
        select(SpareLabel.code, Item.code)
        .join(Item, Item.id == SpareLabel.item_id)
        .where(SpareLabel.edition_id == edition_id, SpareLabel.code.in_(spares))
    )
    return {spare: code for spare, code in db.session.execute(statement) if code}


def find_spare(edition_id: int, edition_number: int, typed: str) -> BoundSpare:
    """The spare label that was scanned or typed (`9001-03`); raises SpareUnknown."""
    code = read_spare(typed, edition_number)
    found = _spares(edition_id, SpareLabel.code == code)
    if not found:
        raise SpareUnknown
    return found[0]


def item_code_of(edition_id: int, edition_number: int, typed: str) -> str:
    """The code of the item whose spare label was scanned or typed; anything else as it was typed."""
    try:
        item = find_spare(edition_id, edition_number, typed).item
    except SpareUnknown:
        return typed
    return item.code if item and item.code else typed


def get_spare(edition_id: int, spare_id: int) -> BoundSpare:
    """One spare label of an edition; raises NotFound."""
    found = _spares(edition_id, SpareLabel.id == spare_id)
    if not found:
        raise NotFound("Cette étiquette de réserve n’existe pas dans cette édition.")
    return found[0]


def spares_of_item(item: Item) -> list[BoundSpare]:
    """The spare labels an item bears beside its own."""
    return _spares(item.edition_id, SpareLabel.item_id == item.id)


def latest_bound(edition_id: int) -> list[BoundSpare]:
    """The spare labels bound last, newest first."""
    return _spares(edition_id, SpareLabel.item_id.is_not(None), LATEST)


def spare_counts(edition_id: int) -> SpareCounts:
    made, bound = db.session.execute(
        select(func.count(), func.count(SpareLabel.item_id)).where(SpareLabel.edition_id == edition_id)
    ).one()
    return SpareCounts(made, bound)


def spare_codes_of_lists(edition_id: int, first: int, last: int) -> list[str]:
    """The codes of the sheets numbered `first` to `last`, in printing order."""
    codes = db.session.scalars(
        select(SpareLabel.code).where(SpareLabel.edition_id == edition_id).order_by(SpareLabel.code)
    )
    return [code for code in codes if first <= int(code[2:6]) <= last]


def _spares(edition_id: int, condition: ColumnElement[bool], limit: int | None = None) -> list[BoundSpare]:
    rows = db.session.execute(
        select(SpareLabel, Item, ItemList.number, User)
        .outerjoin(Item, Item.id == SpareLabel.item_id)
        .outerjoin(ItemList, ItemList.id == Item.list_id)
        .outerjoin(User, User.id == SpareLabel.bound_by_id)
        .where(SpareLabel.edition_id == edition_id, condition)
        .order_by(SpareLabel.bound_at.desc(), SpareLabel.code)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [
        BoundSpare(spare.id, spare.code, item, number, spare.bound_at, user.full_name if user else "")
        for spare, item, number, user in rows
    ]
