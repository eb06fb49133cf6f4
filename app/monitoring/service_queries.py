"""Reading what was measured of the service during an edition."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from app.core.dates import from_paris, to_paris
from app.core.db import db
from app.editions.calendar import CLOSES_AFTER
from app.editions.models import Edition, Till
from app.monitoring.models import Observer, ServiceHour
from app.monitoring.service_levels import EditionDays, HourSeen
from app.operations.models import BackgroundJob, JobState
from app.sales.models import TillDevice

# What takes longer is no measure.
LONGEST_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class TillTimes:
    """What a till said of its latest scans or payments: how many, the ms that 95 of 100 stayed under."""

    till: str
    count: int
    p95_ms: float


@dataclass(frozen=True, slots=True)
class JobTime:
    """A finished job: how many pieces in how many seconds."""

    kind: str
    pieces: int
    seconds: float


def days_of(edition: Edition) -> EditionDays:
    """From its creation to the day it is to be closed, or the last pick-up if that is later."""
    sale_first, sale_last = to_paris(edition.sale_starts_at).date(), to_paris(edition.sale_ends_at).date()
    deposit = to_paris(edition.deposit_starts_at).date()
    return EditionDays(
        first=min(to_paris(edition.created_at).date(), deposit),
        deposit=deposit,
        sale_first=sale_first,
        sale_last=sale_last,
        last=max(sale_last + timedelta(days=CLOSES_AFTER), to_paris(edition.restitution_ends_at).date()),
    )


def hours_seen(days: EditionDays) -> list[HourSeen]:
    """Every account of an hour of those days, in time order."""
    begin, end = (
        from_paris(datetime.combine(day, time())) for day in (days.first, days.last + timedelta(days=1))
    )
    rows = db.session.execute(
        select(
            ServiceHour.hour,
            ServiceHour.observer,
            ServiceHour.probes,
            ServiceHour.failed_probes,
            ServiceHour.requests,
            ServiceHour.durations,
        )
        .where(ServiceHour.hour >= begin, ServiceHour.hour < end)
        .order_by(ServiceHour.hour, ServiceHour.observer)
    )
    return [
        HourSeen(hour, observer is Observer.WATCHDOG, probes, failed, requests, durations or {})
        for hour, observer, probes, failed, requests, durations in rows
    ]


def till_times(edition_id: int) -> tuple[list[TillTimes], list[TillTimes]]:
    """Scans and payments as every device of the edition's tills last told them, training left out."""
    rows = db.session.execute(
        select(Till.number, TillDevice.health)
        .join(Till, Till.id == TillDevice.till_id)
        .where(TillDevice.edition_id == edition_id, ~Till.training)
        .order_by(Till.number)
    ).all()
    scans = [_times(number, health, "scan_ms") for number, health in rows]
    payments = [_times(number, health, "payment_ms") for number, health in rows]
    return [each for each in scans if each], [each for each in payments if each]


def _times(number: int, health: object, name: str) -> TillTimes | None:
    """None for what is none: a till may say anything."""
    told = health.get(name) if isinstance(health, dict) else None
    if not isinstance(told, dict):
        return None
    count, p95 = told.get("n"), told.get("p95")
    if (
        not isinstance(count, int)
        or count <= 0
        or not isinstance(p95, int | float)
        or not 0 <= p95 < LONGEST_MS
    ):
        return None
    return TillTimes(f"C{number}", count, float(p95))


def job_times(edition_id: int) -> list[JobTime]:
    """The label and import jobs of the edition that came to their end."""
    jobs = db.session.execute(
        select(
            BackgroundJob.kind,
            BackgroundJob.result,
            BackgroundJob.started_at,
            BackgroundJob.finished_at,
        ).where(
            BackgroundJob.edition_id == edition_id,
            BackgroundJob.kind.in_(["labels", "billetweb_import"]),
            BackgroundJob.state == JobState.DONE,
        )
    )
    return [
        JobTime(kind, _pieces(result), (finished - started).total_seconds())
        for kind, result, started, finished in jobs
        if started and finished
    ]


def _pieces(result: dict[str, Any] | None) -> int:
    """Labels drawn, or rows registered."""
    told = result or {}
    return int(sum(told.get(name, 0) for name in ("labels", "created", "known")))
