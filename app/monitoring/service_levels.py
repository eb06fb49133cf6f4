"""What the service promised and what it kept (seed §2.1, 2.2). Pure."""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from app.core.dates import from_paris, to_paris

HOUR = timedelta(hours=1)
# Both observers probe every thirty seconds; one probe of ten may be late without anything being missed.
PROBES_AN_HOUR = 120
ENOUGH = 0.9
# From here on, what is left of the allowed downtime is little.
LITTLE_LEFT = 0.25
PAGE_SECONDS = 2.0


class PeriodKind(enum.StrEnum):
    OUTSIDE = "outside"
    BEFORE = "before"
    DURING = "during"


PERIOD_LABELS = {
    PeriodKind.DURING: "Pendant la bourse",
    PeriodKind.BEFORE: "Préparation et dépôts",
    PeriodKind.OUTSIDE: "Hors bourse",
}
# Basis points of the time.
OBJECTIVES = {PeriodKind.OUTSIDE: 9500, PeriodKind.BEFORE: 9500, PeriodKind.DURING: 9950}


@dataclass(frozen=True, slots=True)
class EditionDays:
    """The days of an edition, in France: its first one and its last one, its first deposit, its sale."""

    first: date
    deposit: date
    sale_first: date
    sale_last: date
    last: date


def period_of(hour: datetime, days: EditionDays) -> PeriodKind:
    """The sale counts by whole days, from midnight to midnight, as do the days from the first deposit to it;
    all other time is outside."""
    day = to_paris(hour).date()
    if days.sale_first <= day <= days.sale_last:
        return PeriodKind.DURING
    return PeriodKind.BEFORE if days.deposit <= day < days.sale_first else PeriodKind.OUTSIDE


@dataclass(frozen=True, slots=True)
class HourSeen:
    """What one observer saw of an hour; `outside`: the watchdog, from another machine."""

    hour: datetime
    outside: bool
    probes: int
    failed: int
    requests: int = 0
    durations: Mapping[str, int] = field(default_factory=dict)


def best_seen(rows: Iterable[HourSeen]) -> dict[datetime, HourSeen]:
    """Of each hour the account that counts for availability: the watchdog's where it probed, else that from
    inside; hours nobody probed are left out."""
    best: dict[datetime, HourSeen] = {}
    for row in sorted(rows, key=lambda row: row.outside):
        if row.probes:
            best[row.hour] = row
    return best


class Standing(enum.StrEnum):
    """How a period stands against its objective."""

    UNKNOWN = "unknown"
    KEPT = "kept"
    SHORT = "short"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class PeriodLevel:
    """One period of an edition. Hours in all, so far, and so far without a measure; minutes it was down, and
    that it may be (`allowed`: of the whole period, also what is to come)."""

    kind: PeriodKind
    hours: int
    elapsed: float
    unmeasured: float
    outside: float
    down: float
    allowed: float

    @property
    def measured(self) -> float:
        return self.elapsed - self.unmeasured

    @property
    def availability(self) -> float | None:
        """Percent of the measured time; None when nothing was measured."""
        return 100 * (1 - self.down / (60 * self.measured)) if self.measured > 0 else None

    @property
    def left(self) -> float:
        """Minutes that it may still be down; below 0: too many already."""
        return self.allowed - self.down

    @property
    def standing(self) -> Standing:
        if self.measured <= 0:
            return Standing.UNKNOWN
        if self.left < 0:
            return Standing.MISSED
        return Standing.SHORT if self.left <= LITTLE_LEFT * self.allowed else Standing.KEPT


def period_levels(days: EditionDays, rows: Iterable[HourSeen], now: datetime) -> list[PeriodLevel]:
    """The periods of an edition that have at least an hour, the sale first.

    An hour is down by the share of its probes that failed; the hour under way counts as far as it went. What
    of an hour nobody probed is not measured: a machine that is off says nothing of itself.
    """
    best = best_seen(rows)
    sums = {kind: [0.0] * 5 for kind in PERIOD_LABELS}
    for hour in hours_of(days):
        seen, past = best.get(hour), min(max((now - hour) / HOUR, 0.0), 1.0)
        one = sums[period_of(hour, days)]
        one[0] += 1
        one[1] += past
        covered = _covered(seen.probes, past) if seen else 0
        one[2] += past - covered
        if seen:
            one[3] += covered if seen.outside else 0
            one[4] += 60 * covered * seen.failed / seen.probes
    return [
        PeriodLevel(kind, round(hours), elapsed, unmeasured, outside, down, allowed_minutes(kind, hours))
        for kind, (hours, elapsed, unmeasured, outside, down) in sums.items()
        if hours
    ]


def _covered(probes: int, past: float) -> float:
    """How much of the part of an hour that is past was probed."""
    return past if probes >= ENOUGH * PROBES_AN_HOUR * past else probes / PROBES_AN_HOUR


def allowed_minutes(kind: PeriodKind, hours: float) -> float:
    """The downtime that an objective leaves: 21.6 minutes for 72 hours of sale."""
    return 60 * hours * (10_000 - OBJECTIVES[kind]) / 10_000


def hours_of(days: EditionDays) -> Iterator[datetime]:
    """Every hour of an edition, UTC, from its first midnight in France to its last."""
    hour = from_paris(datetime.combine(days.first, time()))
    end = from_paris(datetime.combine(days.last + timedelta(days=1), time()))
    while hour < end:
        yield hour
        hour += HOUR


def percentile(bounds: Mapping[str, int], share: float) -> float | None:
    """Seconds under which `share` of the requests were, from cumulative counts by upper bound; between two
    bounds it is read as on a straight line. The last bound when it is beyond; None without a request."""
    steps = _steps(bounds)
    if not steps or not steps[-1][1]:
        return None
    wanted, low, below = share * steps[-1][1], 0.0, 0
    for bound, count in steps:
        if count >= wanted and count > below:
            return low if bound == float("inf") else low + (bound - low) * (wanted - below) / (count - below)
        if bound != float("inf"):
            low, below = bound, count
    return low


def share_under(bounds: Mapping[str, int], seconds: float) -> float | None:
    """Exact percent of the requests answered within `seconds`, one of the bounds; None without a request."""
    steps = dict(_steps(bounds))
    total = max(steps.values(), default=0)
    return 100 * steps[seconds] / total if total and seconds in steps else None


def add_up(each: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The counts of several hours in one."""
    total: dict[str, int] = {}
    for bounds in each:
        for bound, count in bounds.items():
            total[bound] = total.get(bound, 0) + count
    return total


def _steps(bounds: Mapping[str, int]) -> list[tuple[float, int]]:
    return sorted((float(bound.lstrip("+")), count) for bound, count in bounds.items())


@dataclass(frozen=True, slots=True)
class Promise:
    """A time that is promised 95 times of 100, and the one that is too long, in seconds."""

    label: str
    objective: float
    limit: float


SCAN = Promise("Article scanné, affiché à la caisse", 1.5, 3)
PAYMENT = Promise("Encaissement confirmé à la caisse", 3, 5)
LABELS = Promise("Étiquettes, par 300 articles", 60, 120)
PAGE = Promise("Page affichée", PAGE_SECONDS, 4)
IMPORT = Promise("Import Billetweb, par 500 lignes", 30, 60)


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """`seconds`: what 95 of 100 stayed under, None when nothing was measured; `of`: what was counted."""

    promise: Promise
    seconds: float | None
    of: str

    @property
    def standing(self) -> Standing:
        if self.seconds is None:
            return Standing.UNKNOWN
        if self.seconds <= self.promise.objective:
            return Standing.KEPT
        return Standing.SHORT if self.seconds <= self.promise.limit else Standing.MISSED


def per_batch(seconds: float, count: int, batch: int) -> float:
    """How long a job would take for `batch` pieces; a smaller one counts as it was, since starting takes
    time too."""
    return seconds * batch / max(count, batch)


def p95(values: Sequence[float]) -> float | None:
    """The value that 95 of 100 are not above (nearest rank); None without any."""
    ordered = sorted(values)
    return ordered[-(-len(ordered) * 95 // 100) - 1] if ordered else None
