"""Reading what is to be printed: the lists of an edition with the state of their labels, and their items."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, select
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.core.db import db
from app.deposits.models import Item, ItemList, ItemState, LabelStatus, ListState, Registration
from app.editions.models import Edition, ListKind, Slot
from app.editions.rulebook import Rulebook
from app.labels.rules import ListFacts, printing_problems

# What bears a label; an item refused at the desk or given up does not get a new one.
_LABELLED = and_(Item.position > 0, Item.state != ItemState.REFUSED)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LabelScope:
    """Which lists: all of the edition, or narrowed to a slot, a label status, those not yet printed, or
    these ids."""

    slot_id: int | None = None
    status: LabelStatus | None = None
    unprinted: bool = False
    list_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """Who did something to a list's labels, and when (UTC)."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class LabelListRow:
    """A list that has items, with the state of its labels. `problems`: why they cannot be printed yet."""

    list_id: int
    registration_id: int
    depositor: str
    slot_id: int | None
    slot: str
    slot_starts_at: datetime | None
    number: int | None
    rank: int
    kind: ListKind
    items: int
    status: LabelStatus
    generated: Done | None
    printed: Done | None
    problems: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return not self.problems

    @property
    def is_outdated(self) -> bool:
        """Its labels were made once, then it was reopened and validated again."""
        return self.status is LabelStatus.NOT_GENERATED and self.generated is not None


def label_lists(edition: Edition, scope: LabelScope = LabelScope()) -> list[LabelListRow]:
    """The lists of a scope in printing order: slots in time order, then list numbers; the lists of one
    depositor follow each other. Lists without any item are left out."""
    maker, printer = aliased(User), aliased(User)
    counts = _counts(edition.id).subquery()
    # Columns, not entities: an edition has hundreds of lists, and a page reads five things of each.
    statement = (
        select(ItemList.id, ItemList.registration_id, ItemList.number, ItemList.rank, ItemList.state)
        .add_columns(ItemList.label_status, ItemList.labels_generated_at, ItemList.labels_printed_at)
        .add_columns(User.first_name, User.last_name, Registration.list_kind)
        .add_columns(Slot.id.label("slot_id"), Slot.label.label("slot"), Slot.starts_at)
        .add_columns(maker.first_name.label("maker_first"), maker.last_name.label("maker_last"))
        .add_columns(printer.first_name.label("printer_first"), printer.last_name.label("printer_last"))
        .add_columns(counts.c.item_count, counts.c.without_code, counts.c.without_price)
        .join(counts, counts.c.list_id == ItemList.id)
        .join(Registration, Registration.id == ItemList.registration_id)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .outerjoin(maker, maker.id == ItemList.labels_generated_by_id)
        .outerjoin(printer, printer.id == ItemList.labels_printed_by_id)
        .where(ItemList.edition_id == edition.id)
    )
    if scope.slot_id is not None:
        statement = statement.where(Registration.slot_id == scope.slot_id)
    if scope.status is not None:
        statement = statement.where(ItemList.label_status == scope.status)
    if scope.unprinted:
        statement = statement.where(ItemList.label_status != LabelStatus.PRINTED)
    if scope.list_ids:
        statement = statement.where(ItemList.id.in_(scope.list_ids))
    book = edition.rulebook
    return _in_printing_order(_row(book, row) for row in db.session.execute(statement))


def ready_lists(edition: Edition, scope: LabelScope) -> list[LabelListRow]:
    """Those of a scope whose labels can be printed, in printing order."""
    return [row for row in label_lists(edition, scope) if row.is_ready]


def items_of_lists(list_ids: Collection[int]) -> dict[int, list[Item]]:
    """The items to label of each list, by line."""
    found: dict[int, list[Item]] = {list_id: [] for list_id in list_ids}
    statement = select(Item).where(Item.list_id.in_(found), _LABELLED).order_by(Item.list_id, Item.line)
    for item in db.session.scalars(statement):
        found[item.list_id].append(item)
    return found


def last_line(list_id: int) -> int:
    """The highest line of a list: a label says `3/15`."""
    return db.session.scalar(select(func.max(Item.line)).where(Item.list_id == list_id, _LABELLED)) or 0


def _counts(edition_id: int) -> Select[int, int, int, int]:
    return (
        select(
            ItemList.id.label("list_id"),
            func.count().label("item_count"),
            func.sum(case((Item.code.is_(None), 1), else_=0)).label("without_code"),
            func.sum(case((Item.price_cents <= 0, 1), else_=0)).label("without_price"),
        )
        # By the lists, whose items lie together in the index, and not by reading all items of the edition.
        .select_from(ItemList)
        .join(Item, Item.list_id == ItemList.id)
        .where(ItemList.edition_id == edition_id, _LABELLED)
        .group_by(ItemList.id)
    )


def _row(book: Rulebook, row: Row[Any]) -> LabelListRow:
    facts = ListFacts(
        row.number,
        row.state is ListState.VALIDATED,
        row.item_count,
        int(row.without_code),
        int(row.without_price),
    )
    return LabelListRow(
        list_id=row.id,
        registration_id=row.registration_id,
        depositor=_name(row.first_name, row.last_name),
        slot_id=row.slot_id,
        slot=row.slot or "Sans créneau",
        slot_starts_at=row.starts_at,
        number=row.number,
        rank=row.rank,
        kind=row.list_kind,
        items=row.item_count,
        status=row.label_status,
        generated=_done(row.labels_generated_at, row.maker_first, row.maker_last),
        printed=_done(row.labels_printed_at, row.printer_first, row.printer_last),
        problems=printing_problems(book, facts),
    )


def _done(at: datetime | None, first: str | None, last: str | None) -> Done | None:
    return Done(at, _name(first or "", last or "")) if at else None


def _name(first: str, last: str) -> str:
    return f"{first} {last}".strip()


def _in_printing_order(rows: Iterable[LabelListRow]) -> list[LabelListRow]:
    rows = list(rows)
    first: dict[int, int] = {}
    for row in rows:
        number = row.number or 0
        first[row.registration_id] = min(number, first.get(row.registration_id, number))
    return sorted(
        rows,
        key=lambda row: (
            row.slot_starts_at or _LAST,
            row.slot_id or 0,
            first[row.registration_id],
            row.registration_id,
            row.number or 0,
            row.rank,
        ),
    )
