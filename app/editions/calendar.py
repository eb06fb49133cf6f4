"""The usual dates of a sale, worked out from its day and the rulebook. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.core.dates import from_paris, to_paris
from app.editions.models import ListKind, PeriodKind
from app.editions.rulebook import DayHours, Rulebook, SlotDefault

# Days before the first sale day (1-product.md, Edition).
OPENS_BEFORE = 21
FREEZES_BEFORE = 7
CREATED_BEFORE = 60
CLOSES_AFTER = 7


@dataclass(frozen=True)
class SlotPlan:
    label: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    residents_only: bool
    members_only: bool


@dataclass(frozen=True)
class PeriodPlan:
    label: str
    kind: PeriodKind
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class PickupPlan:
    list_kind: ListKind
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Span:
    """From the first to the last moment of each part of an edition."""

    deposit_starts_at: datetime
    deposit_ends_at: datetime
    sale_starts_at: datetime
    sale_ends_at: datetime
    restitution_ends_at: datetime


@dataclass(frozen=True)
class CalendarPlan:
    """All the moments of an edition, UTC, each group in time order."""

    declaration_deadline: datetime
    slots: tuple[SlotPlan, ...]
    periods: tuple[PeriodPlan, ...]
    pickups: tuple[PickupPlan, ...]
    span: Span


def plan_calendar(book: Rulebook, sale_day: date) -> CalendarPlan:
    """Slots, sale periods and pick-ups of the week (Monday to Sunday) the sale day lies in.

    Goods are given back in that week or, when their day comes before the last sale ends (Monday), in the
    next one. Items freeze a week before the first sale day, at the end of the day.
    """
    periods = tuple(
        PeriodPlan(each.label, PeriodKind.PRIVATE if each.private else PeriodKind.PUBLIC, start, end)
        for each in book.sale_periods
        for start, end in [_hours_in_week(each.hours, sale_day)]
    )
    last_sale = max((each.ends_at for each in periods), default=_end_of(sale_day))
    first_sale = min((each.starts_at for each in periods), default=_start_of(sale_day))
    slots = tuple(sorted((_slot(each, sale_day) for each in book.slots), key=lambda slot: slot.starts_at))
    pickups = tuple(_pickup(kind.key, kind.restitution, sale_day, last_sale) for kind in book.kinds)
    span = Span(
        deposit_starts_at=min((each.starts_at for each in slots), default=first_sale - timedelta(days=2)),
        deposit_ends_at=max((each.ends_at for each in slots), default=first_sale - timedelta(days=1)),
        sale_starts_at=first_sale,
        sale_ends_at=last_sale,
        restitution_ends_at=max(each.ends_at for each in pickups),
    )
    return CalendarPlan(
        _end_of(to_paris(first_sale).date() - timedelta(days=FREEZES_BEFORE)),
        slots,
        tuple(sorted(periods, key=lambda period: period.starts_at)),
        pickups,
        span,
    )


def _slot(default: SlotDefault, sale_day: date) -> SlotPlan:
    start, end = _hours_in_week(default.hours, sale_day)
    members_only = bool(default.kinds) and ListKind.STANDARD not in default.kinds
    return SlotPlan(default.label, start, end, default.capacity, default.residents_only, members_only)


def _pickup(kind: str, hours: DayHours, sale_day: date, last_sale: datetime) -> PickupPlan:
    start, end = _hours_in_week(hours, sale_day)
    if end <= last_sale:
        start, end = _hours_in_week(hours, sale_day + timedelta(days=7))
    return PickupPlan(ListKind(kind), start, end)


def _hours_in_week(hours: DayHours, sale_day: date) -> tuple[datetime, datetime]:
    day = sale_day + timedelta(days=hours.day.iso - sale_day.isoweekday())
    start = hours.starts or time(0, 0)
    return from_paris(datetime.combine(day, start)), from_paris(datetime.combine(day, hours.ends))


def _start_of(day: date) -> datetime:
    return from_paris(datetime.combine(day, time(0, 0)))


def _end_of(day: date) -> datetime:
    return from_paris(datetime.combine(day, time(23, 59)))
