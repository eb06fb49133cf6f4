"""How the state of a till and the pace of the sale are told. Pure."""

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta

# A till says hello every 30 s: two missed and a margin, and it is out of reach.
SILENCE = timedelta(seconds=75)
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
    heard = last_seen_at is not None and now - last_seen_at <= SILENCE
    return TillStatus.ONLINE if heard else TillStatus.OFFLINE


def per_minute(recent: int) -> float:
    """Sales per minute, of those in PACE_WINDOW, to a tenth."""
    return round(recent / (PACE_WINDOW.total_seconds() / 60), 1)


def average(cents: int, count: int) -> int:
    """Mean amount in cents, half-up; 0 without a sale."""
    return (2 * cents + count) // (2 * count) if count else 0


def hours_of_sale(sums: Mapping[datetime, int]) -> list[tuple[datetime, int]]:
    """Every hour of each day from its first to its last, in order and the empty ones included; keys are
    hours."""
    hours: list[tuple[datetime, int]] = []
    for day in sorted({hour.date() for hour in sums}):
        of_day = sorted(hour for hour in sums if hour.date() == day)
        hour = of_day[0]
        while hour <= of_day[-1]:
            hours.append((hour, sums.get(hour, 0)))
            hour += timedelta(hours=1)
    return hours
