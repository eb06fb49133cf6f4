"""Who still has unsold items in the hall."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select

from app.accounts.models import User
from app.core.db import db
from app.core.search import alphabetical, contains
from app.deposits.models import Item, ItemList, ItemState, Registration
from app.editions.models import ListKind

PAGE_SIZE = 50
SETTLED = (ItemState.RETURNED, ItemState.DONATED)


@dataclass(frozen=True)
class UnsoldOfDepositor:
    """Counts of items: to hand over, to give away by the depositor's wish, and already settled."""

    registration_id: int
    name: str
    list_kind: ListKind
    numbers: tuple[int, ...]
    to_return: int
    to_donate: int
    settled: int
    # Something of theirs was handed over, and may be taken back.
    handed_over: bool

    @property
    def is_settled(self) -> bool:
        return not self.to_return and not self.to_donate


@dataclass(frozen=True)
class RestitutionPage:
    """One page of depositors; the totals (of items) are of the whole edition."""

    rows: list[UnsoldOfDepositor]
    page: int
    pages: int
    count: int
    unsold: int
    returned: int
    donated: int


def search_unsold(
    edition_id: int, typed: str = "", page: int = 1, *, waiting: bool = True
) -> RestitutionPage:
    """Depositors by name who have (or with `waiting` False, had) unsold items; by name or list number."""
    unsold = Item.state == ItemState.UNSOLD
    statement = (
        select(
            Registration.id,
            User.last_name,
            User.first_name,
            Registration.list_kind,
            func.group_concat(ItemList.number.distinct()).label("numbers"),
            func.sum(case((unsold & ~Item.donate_if_unsold, 1), else_=0)).label("to_return"),
            func.sum(case((unsold & Item.donate_if_unsold, 1), else_=0)).label("to_donate"),
            func.sum(case((Item.state.in_(SETTLED), 1), else_=0)).label("settled"),
            func.max(case((Item.handed_over_at.is_not(None), 1), else_=0)).label("handed_over"),
        )
        .join(User, User.id == Registration.user_id)
        .join(ItemList, ItemList.registration_id == Registration.id)
        .join(Item, Item.list_id == ItemList.id)
        .where(Registration.edition_id == edition_id)
        .where(Item.state == ItemState.UNSOLD if waiting else Item.state.in_((ItemState.UNSOLD, *SETTLED)))
        .group_by(Registration.id, User.last_name, User.first_name, Registration.list_kind)
    )
    if typed.strip():
        statement = statement.where(_matches(typed.strip()))
    count = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(1, page), pages)
    ordered = statement.order_by(alphabetical(User.last_name), alphabetical(User.first_name), Registration.id)
    rows = db.session.execute(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    totals = _totals(edition_id)
    return RestitutionPage(
        rows=[
            UnsoldOfDepositor(
                row.id,
                f"{row.last_name} {row.first_name}".strip(),
                row.list_kind,
                tuple(sorted(int(number) for number in (row.numbers or "").split(",") if number)),
                int(row.to_return),
                int(row.to_donate),
                int(row.settled),
                bool(row.handed_over),
            )
            for row in rows
        ],
        page=page,
        pages=pages,
        count=count,
        unsold=totals.get(ItemState.UNSOLD, 0),
        returned=totals.get(ItemState.RETURNED, 0),
        donated=totals.get(ItemState.DONATED, 0),
    )


def _matches(typed: str) -> ColumnElement[bool]:
    found = contains(User.last_name + " " + User.first_name + " " + User.last_name, typed)
    if typed.isdecimal() and len(typed) <= 4:
        numbers = select(ItemList.registration_id).where(ItemList.number == int(typed))
        found = found | Registration.id.in_(numbers)
    return found


def _totals(edition_id: int) -> dict[ItemState, int]:
    rows = db.session.execute(
        select(Item.state, func.count().label("items"))
        .where(Item.edition_id == edition_id)
        .group_by(Item.state)
    )
    return {row.state: row.items for row in rows}
