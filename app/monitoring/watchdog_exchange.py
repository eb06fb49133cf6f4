"""The server's side of the watchdog: the list it takes home, the hours it measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.core.dates import to_paris
from app.core.db import db
from app.core.errors import DomainError
from app.editions.queries import current_edition
from app.monitoring.escalation import Contact, SaleDays
from app.monitoring.models import Observer, OnCallContact, ServiceHour
from app.monitoring.on_call_copy import OnCall

TAKEN = timedelta(days=30, hours=1)
# The watchdog's clock may be a little fast.
AHEAD = timedelta(minutes=5)
# Five a second.
MOST_PROBES = 18_000


@dataclass(frozen=True, slots=True)
class ProbedHour:
    """`hour`: its beginning, UTC."""

    hour: datetime
    probes: int
    failed: int


def on_call_list() -> OnCall:
    """Everybody on call, and the sale of the edition under way."""
    rows = db.session.scalars(select(OnCallContact).order_by(OnCallContact.role, OnCallContact.id))
    contacts = tuple(Contact(row.role, row.name, row.phone, row.email, row.availability) for row in rows)
    edition = current_edition()
    if edition is None:
        return OnCall(contacts)
    first, last = (to_paris(moment).date() for moment in (edition.sale_starts_at, edition.sale_ends_at))
    return OnCall(contacts, SaleDays(first, last))


def read_probes(data: Any, now: datetime) -> list[ProbedHour]:
    """The hours of a request's JSON; raises DomainError unless every one of them can be."""
    hours = data.get("hours") if isinstance(data, Mapping) else None
    if not isinstance(hours, list):
        raise DomainError("hours manque.")
    read = [_read_hour(each, now) for each in hours]
    if len({each.hour for each in read}) != len(read):
        raise DomainError("Une heure est donnée deux fois.")
    return read


def _read_hour(data: Any, now: datetime) -> ProbedHour:
    try:
        hour = datetime.fromisoformat(data["hour"])
        probes, failed = data["probes"], data["failed"]
    except (KeyError, TypeError, ValueError) as error:
        raise DomainError("Chaque heure doit avoir hour, probes et failed.") from error
    if hour.tzinfo is None or hour != hour.replace(minute=0, second=0, microsecond=0):
        raise DomainError("hour doit être le début d’une heure, avec son fuseau.")
    if not now - TAKEN <= hour <= now + AHEAD:
        raise DomainError("Seules les heures des trente derniers jours sont prises.")
    if type(probes) is not int or type(failed) is not int or not 0 <= failed <= probes <= MOST_PROBES:
        raise DomainError("probes et failed doivent être des nombres d’essais.")
    return ProbedHour(hour.astimezone(UTC), probes, failed)


def record_probes(hours: Sequence[ProbedHour]) -> None:
    """Keep what the watchdog measured. Sent twice, it counts once; of two accounts of one hour the fuller
    stays, since a watchdog that lost its directory begins its hour anew."""
    query = select(ServiceHour).where(
        ServiceHour.observer == Observer.WATCHDOG, ServiceHour.hour.in_([each.hour for each in hours])
    )
    known = {row.hour: row for row in db.session.scalars(query)}
    for each in sorted(hours, key=lambda each: each.hour):
        row = known.get(each.hour)
        if row is None:
            row = ServiceHour(observer=Observer.WATCHDOG, hour=each.hour, probes=0, failed_probes=0)
            db.session.add(row)
        if each.probes >= row.probes:
            row.probes, row.failed_probes = each.probes, each.failed
    db.session.flush()
