"""The manager's list of registrations: filtered, sorted, by pages, exported."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select

from app.accounts.models import User
from app.core.db import db
from app.core.search import alphabetical, contains
from app.deposits.models import (
    CheckIn,
    Invitation,
    InvitationState,
    Item,
    ItemList,
    ListState,
    Registration,
)
from app.editions.models import ListKind, Slot

PAGE_SIZE = 50

STATE_FILTERS = {
    "to_activate": "À activer",
    "expired": "Invitation expirée",
    "activated": "Activés",
    "draft": "Liste à valider",
    "validated": "Listes validées",
    "to_link": "Membre à relier",
    "without_slot": "Sans créneau",
    "checked_in": "Déposés",
}


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
class Filter:
    """What the address of the list says. `slot` is an id as text; unknown values filter nothing."""

    q: str = ""
    state: str = ""
    slot: str = ""
    kind: str = ""
    sort: str = "name"


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
    total = db.session.scalar(_matching(edition_id, wanted, select(func.count()))) or 0
    page = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    query = _ordered(_matching(edition_id, wanted, _columns()), wanted.sort)
    rows = db.session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Page(_lines(rows), total, page)


def all_registrations(edition_id: int, wanted: Filter) -> list[RegistrationLine]:
    """Every registration that matches, for an export."""
    return _lines(db.session.execute(_ordered(_matching(edition_id, wanted, _columns()), wanted.sort)).all())


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


def _matching(edition_id: int, wanted: Filter, query: Select[Any]) -> Select[Any]:
    query = (
        query.select_from(Registration)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .outerjoin(
            Invitation,
            and_(Invitation.edition_id == edition_id, Invitation.user_id == Registration.user_id),
        )
        .outerjoin(CheckIn, CheckIn.registration_id == Registration.id)
        .where(Registration.edition_id == edition_id)
    )
    for word in wanted.q.split()[:5]:
        query = query.where(_holds(word))
    if wanted.slot.isdigit():
        query = query.where(Registration.slot_id == int(wanted.slot[:9]))
    if wanted.kind in list(ListKind):
        query = query.where(Registration.list_kind == ListKind(wanted.kind))
    if wanted.state in STATE_FILTERS:
        query = query.where(_in_state(wanted.state))
    return query


def _holds(word: str) -> Any:
    said = [contains(User.last_name, word), contains(User.first_name, word), contains(User.email, word)]
    said.append(Registration.order_reference == word)
    if word.isdigit() and len(word) <= 4:
        said.append(exists().where(ItemList.registration_id == Registration.id, ItemList.number == int(word)))
    return or_(*said)


def _in_state(state: str) -> Any:
    lists = exists().where(ItemList.registration_id == Registration.id)
    match state:
        case "to_activate":
            return User.activated_at.is_(None)
        case "expired":
            return and_(User.activated_at.is_(None), Invitation.state == InvitationState.EXPIRED)
        case "activated":
            return User.activated_at.is_not(None)
        case "draft":
            return lists.where(ItemList.state == ListState.DRAFT)
        case "validated":
            return lists.where(ItemList.state == ListState.VALIDATED)
        case "to_link":
            return and_(Registration.list_kind == ListKind.FAMILY, Registration.sponsor_id.is_(None))
        case "without_slot":
            return Registration.slot_id.is_(None)
        case _:
            return CheckIn.id.is_not(None)


def _ordered(query: Select[Any], sort: str) -> Select[Any]:
    columns: dict[str, list[Any]] = {
        "name": [alphabetical(User.last_name), alphabetical(User.first_name)],
        "slot": [case((Slot.starts_at.is_(None), 1), else_=0), Slot.starts_at, alphabetical(User.last_name)],
    }
    wanted = columns.get(sort.removeprefix("-"), columns["name"])
    if sort.startswith("-"):
        wanted = [column.desc() for column in wanted]
    return query.order_by(*wanted, Registration.id)


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


EXPORT_HEADER = (
    "Nom",
    "Prénom",
    "E-mail",
    "Téléphone",
    "Code postal",
    "Type",
    "Créneau",
    "Numéros",
    "Articles",
    "Listes validées",
    "Compte activé",
    "Déposé",
    "Commande",
)


def export_rows(lines: list[RegistrationLine]) -> Iterator[tuple[str | int | bool | None, ...]]:
    """Cells under EXPORT_HEADER."""
    for line in lines:
        yield (
            line.last_name,
            line.first_name,
            line.email,
            line.phone,
            line.postcode,
            line.kind.value,
            line.slot,
            ", ".join(str(each.number) for each in line.lists if each.number is not None),
            sum(each.items for each in line.lists),
            sum(each.state is ListState.VALIDATED for each in line.lists),
            line.activated,
            line.checked_in,
            line.order_reference,
        )
