"""Who is expected at the desk, who came, and finding somebody who stands in front of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, or_, select

from app.accounts.models import User
from app.core.codes import InvalidCode, parse_code, parse_short
from app.core.dates import to_paris
from app.core.db import db
from app.core.search import alphabetical, contains
from app.deposits.models import CheckIn, Item, ItemList, ListState, Registration
from app.editions.models import Slot
from app.editions.queries import list_slots

SHOWN = 30
# Slot and end of the deposit may be missing: outer joins, which the type cannot say.
People = Select[int, str, str, str, Slot, datetime]


@dataclass(frozen=True, slots=True)
class ArrivalList:
    """A list somebody brings; without a number as long as the member of a family is unknown."""

    number: int | None
    rank: int
    validated: bool
    items: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """One depositor at the desk. `completed_at` once the deposit is recorded (UTC)."""

    registration_id: int
    name: str
    email: str
    slot_id: int | None
    slot_label: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    completed_at: datetime | None
    lists: tuple[ArrivalList, ...]

    @property
    def is_done(self) -> bool:
        return self.completed_at is not None

    @property
    def to_validate(self) -> bool:
        """Items were declared, but on no validated list."""
        return not any(one.validated for one in self.lists) and any(one.items for one in self.lists)

    @property
    def has_nothing(self) -> bool:
        return not any(one.items for one in self.lists)


@dataclass(frozen=True, slots=True)
class DepositDay:
    """A day with slots (None: people without a slot): how many registered for it and how many of them came.

    `day` in Paris.
    """

    day: date | None
    expected: int
    done: int


@dataclass(frozen=True, slots=True)
class SlotArrivals:
    """A slot of the day (None: registered without a slot) and its people, by name."""

    slot: Slot | None
    arrivals: tuple[Arrival, ...]

    @property
    def done(self) -> int:
        return sum(one.is_done for one in self.arrivals)


def deposit_days(edition_id: int) -> list[DepositDay]:
    """The days people may come, in order, then those without a slot, if any."""
    rows = db.session.execute(
        select(Registration.slot_id, func.count(), func.count(CheckIn.id))
        .outerjoin(CheckIn, CheckIn.registration_id == Registration.id)
        .where(Registration.edition_id == edition_id)
        .group_by(Registration.slot_id)
    )
    counts: dict[int | None, tuple[int, int]] = {
        slot_id: (expected, done) for slot_id, expected, done in rows
    }
    days: dict[date, list[tuple[int, int]]] = defaultdict(list)
    for slot in list_slots(edition_id):
        days[_day(slot)].append(counts.get(slot.id, (0, 0)))
    found = [
        DepositDay(day, sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs))
        for day, pairs in sorted(days.items())
    ]
    return [*found, DepositDay(None, *counts[None])] if None in counts else found


def arrivals_of_day(edition_id: int, day: date | None) -> list[SlotArrivals]:
    """The slots of a day in Paris with everybody who chose them; None: those who chose none."""
    slots = [slot for slot in list_slots(edition_id) if _day(slot) == day]
    chosen = Registration.slot_id.in_([slot.id for slot in slots]) if day else Registration.slot_id.is_(None)
    found = _arrivals(_people(edition_id).where(chosen), chosen)
    by_slot: dict[int | None, list[Arrival]] = defaultdict(list)
    for one in found:
        by_slot[one.slot_id].append(one)
    groups = [SlotArrivals(slot, tuple(by_slot[slot.id])) for slot in slots]
    return groups if day else [SlotArrivals(None, tuple(found))]


def find_arrivals(edition_id: int, text: str) -> list[Arrival]:
    """People by name, e-mail, list number (`245`, its beginning, `245-03`) or label; at most SHOWN."""
    wanted = _matching(edition_id, text)
    if wanted is None:
        return []
    people = _people(edition_id).where(wanted).limit(SHOWN)
    ids = [row[0] for row in db.session.execute(people)]
    chosen = Registration.id.in_(ids)
    return _arrivals(_people(edition_id).where(chosen), chosen)


def find_by_code(edition_id: int, text: str) -> int | None:
    """The registration whose label was scanned; None when the text is no code of this edition."""
    try:
        code = parse_code(text)
    except InvalidCode:
        return None
    return db.session.scalar(
        select(ItemList.registration_id)
        .join(Item, Item.list_id == ItemList.id)
        .where(Item.edition_id == edition_id, Item.code == code.digits)
    )


def _matching(edition_id: int, text: str) -> ColumnElement[bool] | None:
    scanned = find_by_code(edition_id, text)
    if scanned is not None:
        return Registration.id == scanned
    short = parse_short(text)
    if short:
        return _with_list(ItemList.number == short[0])
    name = User.first_name + " " + User.last_name + " " + User.email
    said = [
        or_(contains(name, word), _with_list(cast(ItemList.number, String(10)).like(f"{word}%")))
        if word.isdecimal()
        else contains(name, word)
        for word in text.split()[:6]
    ]
    return and_(*said) if said else None


def _with_list(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Registration.id.in_(select(ItemList.registration_id).where(condition))


def _people(edition_id: int) -> People:
    """Those still expected first, then by name."""
    return (
        select(Registration.id, User.first_name, User.last_name, User.email, Slot, CheckIn.completed_at)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .outerjoin(CheckIn, CheckIn.registration_id == Registration.id)
        .where(Registration.edition_id == edition_id)
        .order_by(
            case((CheckIn.id.is_(None), 0), else_=1),
            alphabetical(User.last_name),
            alphabetical(User.first_name),
            Registration.id,
        )
    )


def _arrivals(people: People, chosen: ColumnElement[bool]) -> list[Arrival]:
    lists = _lists_by_registration(chosen)
    return [
        Arrival(
            registration_id=registration_id,
            name=f"{first} {last}".strip(),
            email=email,
            slot_id=slot.id if slot else None,
            slot_label=slot.label if slot else None,
            starts_at=slot.starts_at if slot else None,
            ends_at=slot.ends_at if slot else None,
            completed_at=completed_at,
            lists=tuple(lists.get(registration_id, ())),
        )
        for registration_id, first, last, email, slot, completed_at in db.session.execute(people)
    ]


def _lists_by_registration(chosen: ColumnElement[bool]) -> dict[int, list[ArrivalList]]:
    rows = db.session.execute(
        select(ItemList.registration_id, ItemList.number, ItemList.rank, ItemList.state, func.count(Item.id))
        .join(Registration, Registration.id == ItemList.registration_id)
        .outerjoin(Item, and_(Item.list_id == ItemList.id, Item.position > 0))
        .where(chosen)
        .group_by(ItemList.id, ItemList.registration_id, ItemList.number, ItemList.rank, ItemList.state)
        .order_by(ItemList.number, ItemList.rank)
    )
    found: dict[int, list[ArrivalList]] = defaultdict(list)
    for registration_id, number, rank, state, items in rows:
        found[registration_id].append(ArrivalList(number, rank, state is ListState.VALIDATED, items))
    return found


def _day(slot: Slot) -> date:
    return to_paris(slot.ends_at).date()
