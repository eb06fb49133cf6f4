"""Moments, kept in UTC, as France reads them: Europe/Paris, in French."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time

PARIS = ZoneInfo("Europe/Paris")
# Babel looks a locale named by its code up among its files, each time.
FRENCH = Locale.parse("fr")


def to_paris(moment: datetime) -> datetime:
    """The same moment on a wall clock in France."""
    return moment.astimezone(PARIS)


def from_paris(wall: datetime) -> datetime:
    """The UTC moment of a naive wall-clock time typed in France."""
    return wall.replace(tzinfo=PARIS).astimezone(UTC)


def date_long(moment: datetime | date) -> str:
    """`samedi 21 novembre`, `dimanche 1er novembre`."""
    day = to_paris(moment).date() if isinstance(moment, datetime) else moment
    return format_date(day, "EEEE d'er' MMMM" if day.day == 1 else "EEEE d MMMM", locale=FRENCH)


def date_short(moment: datetime | date) -> str:
    """`21/11/2026`."""
    day = to_paris(moment).date() if isinstance(moment, datetime) else moment
    return format_date(day, "dd/MM/yyyy", locale=FRENCH)


def time_short(moment: datetime) -> str:
    """`14 h 32`, which never breaks across two lines."""
    return format_time(to_paris(moment).timetz(), "H\u00a0'h'\u00a0mm", tzinfo=PARIS, locale=FRENCH)


def hours_between(start: datetime, end: datetime) -> str:
    """`de 9 h 30 à 12 h 00`; `jusqu’à 23 h 00` when it starts with the day itself."""
    if to_paris(start).time() == time.min:
        return f"jusqu’à {time_short(end)}"
    return f"de {time_short(start)} à {time_short(end)}"


def datetime_long(moment: datetime) -> str:
    """`samedi 21 novembre à 14 h 32`."""
    return f"{date_long(moment)} à {time_short(moment)}"


def datetime_short(moment: datetime) -> str:
    """`21/11/2026 14:32`."""
    return format_datetime(to_paris(moment), "dd/MM/yyyy HH:mm", tzinfo=PARIS, locale=FRENCH)
