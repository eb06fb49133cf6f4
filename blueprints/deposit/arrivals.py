"""People expected at the desk, in the words and colours of the page."""

from dataclasses import dataclass
from datetime import datetime

from app.core.dates import hours_between, time_short
from app.deposits.check_in_rules import Punctuality, punctuality
from app.deposits.queries.check_in import Arrival, SlotArrivals
from app.editions.rulebook import Rulebook
from app.labels.wording import colour_of


@dataclass(frozen=True)
class ShownList:
    number: str
    colour: tuple[str, str]


@dataclass(frozen=True)
class ShownArrival:
    """One line: `status` in words with its `tone` and `icon`."""

    registration_id: int
    name: str
    email: str
    slot: str
    lists: tuple[ShownList, ...]
    status: str
    tone: str
    icon: str


@dataclass(frozen=True)
class ShownSlot:
    label: str
    hours: str
    arrivals: tuple[ShownArrival, ...]
    done: int
    late: int


def show_arrival(book: Rulebook, one: Arrival, now: datetime) -> ShownArrival:
    status, tone, icon = _status(one, now)
    numbers = dict.fromkeys(each.number for each in one.lists if each.items)
    return ShownArrival(
        registration_id=one.registration_id,
        name=one.name,
        email=one.email,
        slot=one.slot_label or "Sans créneau",
        lists=tuple(ShownList(str(number or "?"), colour_of(book, number)) for number in numbers),
        status=status,
        tone=tone,
        icon=icon,
    )


def show_slots(book: Rulebook, groups: list[SlotArrivals], now: datetime) -> list[ShownSlot]:
    return [_show_slot(book, group, now) for group in groups]


def _show_slot(book: Rulebook, group: SlotArrivals, now: datetime) -> ShownSlot:
    slot = group.slot
    over = slot is not None and now > slot.ends_at
    waiting = sum(not one.is_done and not one.has_nothing for one in group.arrivals)
    return ShownSlot(
        label=slot.label if slot else "Sans créneau",
        hours=hours_between(slot.starts_at, slot.ends_at) if slot else "",
        arrivals=tuple(show_arrival(book, one, now) for one in group.arrivals),
        done=group.done,
        late=waiting if over else 0,
    )


def _status(one: Arrival, now: datetime) -> tuple[str, str, str]:
    if one.completed_at is not None:
        return f"Déposé à {time_short(one.completed_at)}", "success", "package-check"
    if one.has_nothing:
        return "Aucun article", "neutral", "circle-minus"
    if one.to_validate:
        return "Liste non validée", "danger", "circle-alert"
    if punctuality(one.starts_at, one.ends_at, now) is Punctuality.LATE:
        return "En retard", "warning", "clock"
    return "Attendu", "info", "hourglass"
