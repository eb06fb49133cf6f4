"""Reading what tills send, strictly: anything else is a bad request."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from app.sales.reconciliation_rules import JournalSummary
from app.sales.services.devices import PingFacts
from app.sales.services.journal import ReceivedEntry

MAX_COUNT = 1_000_000
MAX_CENTS = 10**11
# A till says of its health what fits here.
MAX_HEALTH = 4000


def read_object() -> dict[str, Any]:
    data = request.get_json()
    if not isinstance(data, dict):
        raise BadRequest
    return data


def read_entry(entry: object) -> ReceivedEntry:
    """One entry of a batch; what is not even text becomes text that no signature fits."""
    fields = entry if isinstance(entry, dict) else {}
    texts = (fields.get(key) for key in ("uuid", "hash", "payload", "mac"))
    return ReceivedEntry(*(_storable(text) if isinstance(text, str) else "" for text in texts))


def read_ping(data: dict[str, Any]) -> PingFacts:
    health = data.get("health", {})
    if not isinstance(health, dict) or len(json.dumps(health)) > MAX_HEALTH:
        raise BadRequest
    return PingFacts(
        pending=read_count(data, "pending"),
        oldest_pending_at=_moment(data.get("oldest")),
        last_seq=read_count(data, "last_seq"),
        version=str(data.get("version", ""))[:40],
        health=health,
    )


def read_summary(data: dict[str, Any]) -> JournalSummary:
    sum_cents, digest = data.get("sum"), data.get("digest")
    if type(sum_cents) is not int or abs(sum_cents) > MAX_CENTS or not isinstance(digest, str):
        raise BadRequest
    return JournalSummary(read_count(data, "count"), sum_cents, digest[:64], read_count(data, "quarantined"))


def read_numbers(data: dict[str, Any], key: str, most: int) -> list[int]:
    """A list of counts; absent is empty."""
    values = data.get(key, [])
    if not isinstance(values, list) or len(values) > most:
        raise BadRequest
    if any(type(value) is not int or not 0 <= value <= MAX_COUNT for value in values):
        raise BadRequest
    return values


def read_count(data: dict[str, Any], key: str) -> int:
    value = data.get(key, 0)
    if type(value) is not int or not 0 <= value <= MAX_COUNT:
        raise BadRequest
    return value


def _storable(text: str) -> str:
    return text.encode(errors="replace").decode()


def _moment(milliseconds: object) -> datetime | None:
    if milliseconds is None:
        return None
    if not isinstance(milliseconds, int | float) or not 0 <= milliseconds < 1e14:
        raise BadRequest
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
