"""The present moment. Time is stored in UTC with microseconds; `dates.py` shows it."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """The present moment, aware, UTC. Everything that needs the time asks here."""
    return datetime.now(UTC)
