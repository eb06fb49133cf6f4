"""Who is told of an alert, when and by what: levels, on-call roles and availability (seed §6.1, 6.3, 6.4).

Pure, and without the database: the watchdog decides by it too.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from app.core.dates import to_paris

OFFICE_HOURS = (time(9), time(18))


class Level(enum.StrEnum):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Channel(enum.StrEnum):
    EMAIL = "email"
    SMS = "sms"
    CALL = "call"


CHANNEL_WORDS = {Channel.EMAIL: "E-mail", Channel.SMS: "SMS", Channel.CALL: "Appel"}


class OnCallRole(enum.StrEnum):
    TECHNICAL = "technical"
    TECHNICAL_BACKUP = "technical_backup"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


ROLE_LABELS = {
    OnCallRole.TECHNICAL: "Référent technique",
    OnCallRole.TECHNICAL_BACKUP: "Référent technique de secours",
    OnCallRole.MANAGER: "Gestionnaire de la bourse",
    OnCallRole.ADMINISTRATOR: "Administrateur ALPE",
}


class Availability(enum.StrEnum):
    ALWAYS = "always"
    AROUND_SALE = "around_sale"
    DURING_SALE = "during_sale"
    OFFICE_HOURS = "office_hours"


AVAILABILITY_LABELS = {
    Availability.ALWAYS: "À tout moment",
    Availability.AROUND_SALE: "De la veille au lendemain de la bourse",
    Availability.DURING_SALE: "Pendant la bourse",
    Availability.OFFICE_HOURS: "Aux heures ouvrées (du lundi au vendredi, 9 h – 18 h)",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody on call. `phone` in E.164 and `email` may each be empty, not both."""

    role: OnCallRole
    name: str
    phone: str
    email: str
    availability: Availability


@dataclass(frozen=True, slots=True)
class SaleDays:
    """First and last day of the sale, in France."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Step:
    """`after` the opening of an alert, those of `role` are told over `channels`."""

    after: timedelta
    role: OnCallRole
    channels: tuple[Channel, ...]
    decision: str = ""


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """What a level is called, within how many minutes one reacts, and the steps of its escalation."""

    label: str
    reaction_minutes: int | None
    steps: tuple[Step, ...]


def is_available(contact: Contact, days: SaleDays | None, now: datetime) -> bool:
    """Whether the contact said to be there at `now` (UTC). Without an edition nobody waits for its days."""
    if contact.availability is Availability.ALWAYS:
        return True
    wall = to_paris(now)
    if contact.availability is Availability.OFFICE_HOURS:
        return wall.weekday() < 5 and OFFICE_HOURS[0] <= wall.time() < OFFICE_HOURS[1]
    if days is None:
        return False
    margin = timedelta(days=1 if contact.availability is Availability.AROUND_SALE else 0)
    return days.first - margin <= wall.date() <= days.last + margin


def steps_due(steps: Sequence[Step], opened_at: datetime, done: int, now: datetime) -> list[Step]:
    """The steps whose time has come and that were not taken yet; `done`: how many were."""
    return [step for step in steps[done:] if opened_at + step.after <= now]


def recipients(
    step: Step, contacts: Iterable[Contact], days: SaleDays | None, now: datetime
) -> list[tuple[Contact, Channel]]:
    """Whom a step tells and over what: those of its role who are there, over each channel they can be reached
    by. Nobody of the role there: those of the role all the same, since silence is worse. A phone alone gets
    SMS instead of an e-mail, an address alone an e-mail."""
    of_role = [contact for contact in contacts if contact.role is step.role]
    there = [contact for contact in of_role if is_available(contact, days, now)] or of_role
    return [(contact, channel) for contact in there for channel in _reachable(contact, step.channels)]


def _reachable(contact: Contact, channels: Sequence[Channel]) -> list[Channel]:
    by = [channel for channel in channels if (contact.email if channel is Channel.EMAIL else contact.phone)]
    return by or [Channel.EMAIL if contact.email else Channel.SMS]


def read_levels(data: Any) -> dict[Level, LevelFacts]:
    """The levels and escalation of `config/alerts.yaml`, as parsed."""
    return {
        level: LevelFacts(
            label=data["levels"][level]["label"],
            reaction_minutes=data["levels"][level].get("reaction_minutes"),
            steps=tuple(
                _read_step(step, data["levels"][level]["channels"]) for step in data["escalation"][level]
            ),
        )
        for level in Level
    }


def _read_step(step: Any, usual_channels: Sequence[str]) -> Step:
    return Step(
        after=timedelta(minutes=step["after_minutes"]),
        role=OnCallRole(step["role"]),
        channels=tuple(Channel(name) for name in step.get("channels", usual_channels)),
        decision=step.get("decision", ""),
    )
