"""What tills know of the items: everything with a label, and what changed since they last asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import case, func, select

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import CatalogueChange, Item, ItemState

# Ids are given in order but may be committed out of order: a cursor never passes a change younger than this.
SETTLING = timedelta(seconds=15)
# A till that is further behind loads the whole catalogue again.
MAX_DELTA = 2000
# Not yet brought in: such an item is unknown at a till.
HIDDEN = (ItemState.DRAFT, ItemState.DECLARED)


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """One item as tills know it. `price_cents` in cents; `size`, `brand`, … may be empty."""

    id: int
    code: str
    price_cents: int
    state: ItemState
    type: str
    gender: str
    size: str
    brand: str
    colour: str
    description: str


@dataclass(frozen=True, slots=True)
class CatalogueHead:
    """How far the changes of an edition go: `last_id` and `count` name a version, `cursor` is safe to
    ask from next time."""

    last_id: int
    count: int
    cursor: int


@dataclass(frozen=True, slots=True)
class CatalogueDelta:
    """Ids of items changed after a cursor; `None` when there are too many to send one by one."""

    item_ids: tuple[int, ...] | None
    cursor: int


def catalogue_items(edition_id: int, item_ids: Collection[int] | None = None) -> list[CatalogueItem]:
    """The edition's items that bear a label and were brought in, by code; or of those that bear one,
    these ids: one taken back from the sale (its deposit was undone) must be heard of too."""
    statement = (
        select(
            Item.id,
            Item.code,
            Item.price_cents,
            Item.state,
            Item.type,
            Item.gender,
            Item.size,
            Item.brand,
            Item.colour,
            Item.description,
        )
        .where(Item.edition_id == edition_id, Item.code.is_not(None))
        .order_by(Item.code)
    )
    wanted = Item.state.not_in(HIDDEN) if item_ids is None else Item.id.in_(item_ids)
    statement = statement.where(wanted)
    rows: Iterable[Sequence[Any]] = db.session.execute(statement)
    return [CatalogueItem(*row) for row in rows]


def catalogue_head(edition_id: int) -> CatalogueHead:
    """Where the changes of an edition stand now."""
    settled = case((CatalogueChange.at < utcnow() - SETTLING, CatalogueChange.id))
    last_id, count, cursor = db.session.execute(
        select(
            func.coalesce(func.max(CatalogueChange.id), 0),
            func.count(),
            func.coalesce(func.max(settled), 0),
        ).where(CatalogueChange.edition_id == edition_id)
    ).one()
    return CatalogueHead(last_id, count, cursor)


def changes_since(edition_id: int, cursor: int) -> CatalogueDelta:
    """Items changed after `cursor`. The new cursor may lie before some of them: they come again, no harm."""
    rows = db.session.execute(
        select(CatalogueChange.id, CatalogueChange.item_id, CatalogueChange.at)
        .where(CatalogueChange.edition_id == edition_id, CatalogueChange.id > cursor)
        .order_by(CatalogueChange.id)
        .limit(MAX_DELTA + 1)
    ).all()
    if len(rows) > MAX_DELTA:
        return CatalogueDelta(None, cursor)
    horizon = utcnow() - SETTLING
    settled = max((row.id for row in rows if row.at < horizon), default=cursor)
    return CatalogueDelta(tuple(dict.fromkeys(row.item_id for row in rows)), settled)
