"""Changing when things happen. The edition's own dates always follow from its slots, periods and pick-ups."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import func, select

from app.core import audit
from app.core.clock import utcnow
from app.core.dates import from_paris, to_paris
from app.core.db import db
from app.core.errors import DomainError
from app.editions.models import Edition, ListKind, PeriodKind, PickupTime, SalePeriod, Slot
from app.editions.queries import schedule_of
from app.editions.rules import EditionDates, check_dates, check_hours, check_still_to_come


@dataclass(frozen=True)
class SlotValues:
    """A deposit slot as typed; moments in UTC, `capacity` None for no limit."""

    label: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    residents_only: bool = False
    members_only: bool = False


def save_slot(
    edition: Edition, slot: Slot | None, values: SlotValues, *, registered: int = 0, by_id: int | None = None
) -> Slot:
    """Change a slot, or add one when there is none yet.

    `registered` is how many people chose it. Raises DomainError on a taken label, too small a capacity, or
    dates out of order.
    """
    _check_moments(slot, values.starts_at, values.ends_at)
    if values.capacity is not None and values.capacity < registered:
        raise DomainError(
            f"{registered} déposants ont déjà choisi ce créneau : gardez-leur une place.", "capacity"
        )
    same = select(Slot.id).where(Slot.edition_id == edition.id, Slot.label == values.label)
    if db.session.scalar(same.where(Slot.id != (slot.id if slot else 0))) is not None:
        raise DomainError("Un autre créneau porte déjà ce nom.", "label")
    if slot is None:
        slot = Slot(edition_id=edition.id)
        db.session.add(slot)
    for name, value in vars(values).items():
        setattr(slot, name, value)
    _changed(edition, "slot_saved", by_id, label=values.label)
    return slot


def delete_slot(edition: Edition, slot: Slot, *, registered: int, by_id: int | None = None) -> None:
    """Remove a slot nobody chose; raises DomainError otherwise."""
    if registered:
        raise DomainError(
            f"{registered} déposants ont choisi « {slot.label} » : changez d’abord leur créneau."
        )
    label = slot.label
    db.session.delete(slot)
    _changed(edition, "slot_deleted", by_id, label=label)


@dataclass(frozen=True)
class PeriodValues:
    """A sale period as typed; moments in UTC."""

    label: str
    kind: PeriodKind
    starts_at: datetime
    ends_at: datetime


def save_period(
    edition: Edition, period: SalePeriod | None, values: PeriodValues, *, by_id: int | None = None
) -> SalePeriod:
    """Change a sale period, or add one. Raises DomainError when it overlaps another or breaks the order."""
    _check_moments(period, values.starts_at, values.ends_at)
    for other in schedule_of(edition.id).periods:
        if other is not period and other.starts_at < values.ends_at and values.starts_at < other.ends_at:
            raise DomainError(f"Ces heures recouvrent celles de « {other.label} ».", "starts_at")
    if period is None:
        period = SalePeriod(edition_id=edition.id)
        db.session.add(period)
    for name, value in vars(values).items():
        setattr(period, name, value)
    _changed(edition, "period_saved", by_id, label=values.label)
    return period


def delete_period(edition: Edition, period: SalePeriod, *, by_id: int | None = None) -> None:
    """Remove a sale period; the last one stays."""
    if len(schedule_of(edition.id).periods) == 1:
        raise DomainError("Gardez au moins une période de vente : modifiez celle-ci.")
    label = period.label
    db.session.delete(period)
    _changed(edition, "period_deleted", by_id, label=label)


def save_pickup(
    edition: Edition, kind: ListKind, starts_at: datetime, ends_at: datetime, *, by_id: int | None = None
) -> PickupTime:
    """Say when the unsold items of one kind of list are given back (UTC)."""
    pickup = next((each for each in schedule_of(edition.id).pickups if each.list_kind is kind), None)
    _check_moments(pickup, starts_at, ends_at)
    if starts_at < edition.sale_ends_at:
        raise DomainError("Les invendus se rendent après la fin de la vente.", "starts_at")
    if pickup is None:
        pickup = PickupTime(edition_id=edition.id, list_kind=kind)
        db.session.add(pickup)
    pickup.starts_at, pickup.ends_at = starts_at, ends_at
    _changed(edition, "pickup_saved", by_id, kind=kind)
    return pickup


def set_deadline(edition: Edition, deadline: datetime, *, by_id: int | None = None) -> None:
    """Set the moment (UTC) after which depositors no longer change their lists."""
    edition.declaration_deadline = deadline
    _changed(edition, "deadline_set", by_id, deadline=deadline.isoformat())


def move_edition(edition: Edition, first_sale_day: date, *, by_id: int | None = None) -> None:
    """Move everything by the same number of days, so that the sale begins on that day; hours stay.

    Raises DomainError when that day is gone.
    """
    was = to_paris(edition.sale_starts_at).date()
    check_still_to_come(first_sale_day, was, to_paris(utcnow()).date(), "first_day")
    days = (first_sale_day - was).days
    if not days:
        return
    schedule = schedule_of(edition.id)
    moving: list[Slot | SalePeriod | PickupTime] = [*schedule.slots, *schedule.periods, *schedule.pickups]
    for row in moving:
        row.starts_at, row.ends_at = _shifted(row.starts_at, days), _shifted(row.ends_at, days)
    for name in (field.name for field in fields(EditionDates)):
        setattr(edition, name, _shifted(getattr(edition, name), days))
    _changed(edition, "moved", by_id, days=days)


def _check_moments(
    row: Slot | SalePeriod | PickupTime | None, starts_at: datetime, ends_at: datetime
) -> None:
    check_hours(starts_at, ends_at)
    was = to_paris(row.starts_at).date() if row else None
    check_still_to_come(to_paris(starts_at).date(), was, to_paris(utcnow()).date(), "day")


def _shifted(moment: datetime, days: int) -> datetime:
    wall = to_paris(moment)
    day = date.fromordinal(wall.toordinal() + days)
    return from_paris(datetime.combine(day, wall.time()))


def _changed(edition: Edition, what: str, by_id: int | None, **details: object) -> None:
    """Draw the edition's dates from its calendar again, check their order, write it in the log."""
    db.session.flush()
    for (start, end), model in (
        (("deposit_starts_at", "deposit_ends_at"), Slot),
        (("sale_starts_at", "sale_ends_at"), SalePeriod),
        ((None, "restitution_ends_at"), PickupTime),
    ):
        columns = model.__table__.c
        query = select(func.min(columns.starts_at), func.max(columns.ends_at))
        first, last = db.session.execute(query.where(columns.edition_id == edition.id)).one()
        if last is None:
            continue
        setattr(edition, end, last)
        if start:
            setattr(edition, start, first)
    check_dates(EditionDates(**{field.name: getattr(edition, field.name) for field in fields(EditionDates)}))
    db.session.flush()
    audit.record(f"edition.{what}", f"edition:{edition.id}", actor_id=by_id, **details)
