"""A deposit slot as a calendar file (RFC 5545)."""

from datetime import datetime

from app.core.clock import utcnow
from app.editions.models import Edition, Slot


def slot_ics(edition: Edition, slot: Slot, bring: tuple[str, ...]) -> str:
    """The event, in UTC, with what to bring and a reminder the day before; lines end with CRLF."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ALPE//Bourse//FR",
        "BEGIN:VEVENT",
        f"UID:slot-{slot.id}-edition-{edition.id}@bourse",
        f"DTSTAMP:{_stamp(utcnow())}",
        f"DTSTART:{_stamp(slot.starts_at)}",
        f"DTEND:{_stamp(slot.ends_at)}",
        f"SUMMARY:{_text(f'Dépôt – {edition.name}')}",
        f"LOCATION:{_text(edition.place)}",
        f"DESCRIPTION:{_text('À apporter : ' + ' ; '.join(bring))}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-P1D",
        f"DESCRIPTION:{_text('Demain : dépôt de vos articles à la bourse')}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n")


def _fold(line: str) -> list[str]:
    """At most 75 bytes a line, never inside a character; what follows begins with a blank."""
    parts, current = [], ""
    for character in line:
        if len((current + character).encode()) > 74:
            parts.append(current)
            current = " "
        current += character
    return [*parts, current]
