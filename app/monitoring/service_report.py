"""The service levels of an edition, put together for a page and a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.core.counts import counted
from app.documents.tables import Cell
from app.editions.models import Edition
from app.monitoring.service_levels import (
    IMPORT,
    LABELS,
    PAGE,
    PAGE_SECONDS,
    PAYMENT,
    PERIOD_LABELS,
    SCAN,
    HourSeen,
    PeriodLevel,
    Promise,
    PromiseKept,
    add_up,
    p95,
    per_batch,
    percentile,
    period_levels,
    period_of,
    share_under,
)
from app.monitoring.service_queries import TillTimes, days_of, hours_seen, job_times, till_times

CHARTED = 24
HEADER = (
    "Heure",
    "Période",
    "Vue de",
    "Essais",
    "Essais manqués",
    "Disponibilité (%)",
    "Requêtes",
    "95 % en moins de (ms)",
    "En moins de 2 s (%)",
)


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """`pages`: hour and seconds 95 of 100 requests stayed under, of the last hours with any; `quick`: percent
    of all requests within two seconds."""

    periods: list[PeriodLevel]
    promises: list[PromiseKept]
    pages: list[tuple[datetime, float]]
    quick: float | None


def service_report(edition: Edition, now: datetime) -> ServiceReport:
    days = days_of(edition)
    rows = hours_seen(days)
    timed = [row for row in rows if row.durations]
    by_hour = [(row.hour, percentile(row.durations, 0.95)) for row in timed[-CHARTED:]]
    total = add_up(row.durations for row in timed)
    return ServiceReport(
        period_levels(days, rows, now),
        [*_of_tills(edition.id), *_of_jobs(edition.id), _of_pages(total)],
        [(hour, seconds) for hour, seconds in by_hour if seconds is not None],
        share_under(total, PAGE_SECONDS),
    )


def _of_tills(edition_id: int) -> list[PromiseKept]:
    scans, payments = till_times(edition_id)
    return [_slowest(SCAN, scans, "lecture"), _slowest(PAYMENT, payments, "encaissement")]


def _slowest(promise: Promise, tills: Sequence[TillTimes], noun: str) -> PromiseKept:
    """Of several tills the slowest: percentiles cannot be added up."""
    if not tills:
        return PromiseKept(promise, None, "aucune caisse ne l’a encore dit")
    worst = max(tills, key=lambda each: each.p95_ms)
    count = sum(each.count for each in tills)
    words = f"{counted(count, noun)}, la plus lente : {worst.till}"
    return PromiseKept(promise, worst.p95_ms / 1000, words)


def _of_jobs(edition_id: int) -> Iterator[PromiseKept]:
    jobs = job_times(edition_id)
    for promise, kind, batch in ((LABELS, "labels", 300), (IMPORT, "billetweb_import", 500)):
        times = [per_batch(job.seconds, job.pieces, batch) for job in jobs if job.kind == kind]
        count = len(times)
        words = f"{count} {'travaux' if count > 1 else 'travail'}" if count else "aucun travail encore"
        yield PromiseKept(promise, p95(times), words)


def _of_pages(total: dict[str, int]) -> PromiseKept:
    seconds, count = percentile(total, 0.95), max(total.values(), default=0)
    words = counted(count, "requête") if count else "aucune mesure encore"
    return PromiseKept(PAGE, seconds, words)


def hour_rows(edition: Edition) -> Iterator[Sequence[Cell]]:
    """Every hour that was measured, under HEADER."""
    days = days_of(edition)
    for row in hours_seen(days):
        yield (
            row.hour,
            PERIOD_LABELS[period_of(row.hour, days)],
            "dehors" if row.outside else "dedans",
            row.probes,
            row.failed,
            _availability(row),
            row.requests,
            _milliseconds(row),
            _decimal(share_under(row.durations, PAGE_SECONDS)),
        )


def _availability(row: HourSeen) -> Cell:
    return _decimal(100 * (1 - row.failed / row.probes)) if row.probes else None


def _milliseconds(row: HourSeen) -> Cell:
    seconds = percentile(row.durations, 0.95)
    return None if seconds is None else round(1000 * seconds)


def _decimal(value: float | None) -> Cell:
    return None if value is None else Decimal(f"{value:.2f}")
