"""The manager's list of registrations: filtered, sorted, by pages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import User
from app.core.db import db
from app.deposits.models import CheckIn, Invitation, InvitationState, Item, ItemList, ListState, Registration
from app.deposits.queries.registration_filter import Filter, matching, ordered
from app.editions.models import ListKind, Slot

PAGE_SIZE = 50


@dataclass(frozen=True)
class ListLine:
    """A list in the table: its number (None while unknown), state, and how many items it holds."""

    id: int
    number: int | None
    rank: int
    state: ListState
    items: int


@dataclass(frozen=True)
class RegistrationLine:
    """One row of the manager's table."""

    id: int
    last_name: str
    first_name: str
    email: str
    phone: str | None
    postcode: str | None
    kind: ListKind
    slot: str | None
    activated: bool
    invitation: InvitationState | None
    needs_sponsor: bool
    checked_in: bool
    order_reference: str | None
    lists: tuple[ListLine, ...]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Page:
    lines: list[RegistrationLine]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def find_registrations(edition_id: int, wanted: Filter, page: int = 1) -> Page:
    """One page of the registrations that match, in three queries whatever their number."""
    total = db.session.scalar(matching(edition_id, wanted, select(func.count()))) or 0
    page = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    query = ordered(matching(edition_id, wanted, _columns()), wanted.sort)
    rows = db.session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Page(_lines(rows), total, page)


def all_registrations(edition_id: int, wanted: Filter) -> list[RegistrationLine]:
    """Every registration that matches, for an export."""
    return _lines(db.session.execute(ordered(matching(edition_id, wanted, _columns()), wanted.sort)).all())


def _columns() -> Any:
    return select(
        Registration.id,
        User.last_name,
        User.first_name,
        User.email,
        User.phone,
        User.postcode,
        Registration.list_kind,
        Slot.label,
        User.activated_at,
        Invitation.state.label("invitation"),
        Registration.sponsor_id,
        CheckIn.id.label("check_in"),
        Registration.order_reference,
    )


def _lines(rows: Sequence[Any]) -> list[RegistrationLine]:
    lists = _lists_of([row.id for row in rows])
    return [
        RegistrationLine(
            id=row.id,
            last_name=row.last_name,
            first_name=row.first_name,
            email=row.email,
            phone=row.phone,
            postcode=row.postcode,
            kind=row.list_kind,
            slot=row.label,
            activated=row.activated_at is not None,
            invitation=row.invitation,
            needs_sponsor=row.list_kind is ListKind.FAMILY and row.sponsor_id is None,
            checked_in=row.check_in is not None,
            order_reference=row.order_reference,
            lists=tuple(lists[row.id]),
        )
        for row in rows
    ]


def _lists_of(registration_ids: list[int]) -> dict[int, list[ListLine]]:
    held = select(func.count()).where(Item.list_id == ItemList.id).correlate(ItemList).scalar_subquery()
    query = (
        select(ItemList.registration_id, ItemList.id, ItemList.number, ItemList.rank, ItemList.state, held)
        .where(ItemList.registration_id.in_(registration_ids))
        .order_by(ItemList.number, ItemList.rank)
    )
    found: defaultdict[int, list[ListLine]] = defaultdict(list)
    for registration_id, *line in db.session.execute(query):
        found[registration_id].append(ListLine(*line))
    return found
