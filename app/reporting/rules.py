"""How the state of a till and the pace of the sale are told. Pure."""

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta

from app.sales.rules import is_silent

# Sales per minute are those of the last ten minutes: one customer more or less hardly moves them.
PACE_WINDOW = timedelta(minutes=10)


class TillStatus(enum.StrEnum):
    ONLINE = "online"
    OFFLINE = "offline"
    CLOSED = "closed"


TILL_STATUS_LABELS = {
    TillStatus.ONLINE: "En ligne",
    TillStatus.OFFLINE: "Hors connexion",
    TillStatus.CLOSED: "Fermée",
}


def till_status(is_open: bool, last_seen_at: datetime | None, now: datetime) -> TillStatus:
    """Closed without a session; else by how long ago it was heard."""
    if not is_open:
        return TillStatus.CLOSED
    return TillStatus.OFFLINE if is_silent(last_seen_at, now) else TillStatus.ONLINE


def per_minute(recent: int) -> float:
    """Sales per minute, of those in PACE_WINDOW, to a tenth."""
    return round(recent / (PACE_WINDOW.total_seconds() / 60), 1)


def average(cents: int, count: int) -> int:
    """Mean amount in cents, half-up; 0 without a sale."""
    return (2 * cents + count) // (2 * count) if count else 0


def hours_of_last_day(sums: Mapping[datetime, int]) -> list[tuple[datetime, int]]:
    """Every hour of the last day of sale, from its first sale to its last, the empty ones included; keys are
    hours in French time."""
    if not sums:
        return []
    last = max(sums)
    hour = min(each for each in sums if each.date() == last.date())
    hours = []
    while hour <= last:
        hours.append((hour, sums.get(hour, 0)))
        hour += timedelta(hours=1)
    return hours
