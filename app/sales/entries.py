"""The journal a till writes: what an entry says, read strictly from the exact text the till signed.

An entry is canonical JSON (keys sorted, no blanks). Fields of both kinds: `v` (format, 1 or 2), `kind`,
`uuid`, `till` (id), `seq`, `session` (uuid), `at` (corrected time, ISO 8601 UTC), `clock` (raw values, kept
for the record), `total` in cents. A sale adds `online`, `lines` [{code, price}] and `payments` [{method,
amount, tendered?}]; a void adds `sale` (uuid), `codes`, `refunds` [{method, amount}] and `reason`.

Format 2 adds `by` (id of the person who sells); lines without a label, {text, price}; `hand` on a line that
was found by search instead of scanned; and in a void `lines`, the places (from 0) of lines without a code.
Tills of an earlier version may still hold entries of format 1: they are read for ever.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.sales.models import PaymentMethod

FORMATS = (1, 2)
MAX_LINES = 500
MAX_CENTS = 100_000_00
MAX_SEQ = 2**31 - 1
MAX_TEXT = 120


class InvalidEntry(ValueError):
    """The entry cannot be read; says which part is wrong, in English, for the log and the raw record."""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One item at the price charged. Without a label `code` is empty and `text` says what it was; `by_hand`:
    found by search, its label was not read."""

    code: str
    price_cents: int
    text: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class EntryPayment:
    """Money taken (in a sale) or given back (in a void), always positive."""

    method: PaymentMethod
    amount_cents: int
    tendered_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What both kinds say. `at` is the till's corrected time; `jumped`: its clock was seen to jump; `by_id`:
    who sold, as the till says (None in format 1)."""

    uuid: str
    till_id: int
    seq: int
    session_uuid: str
    at: datetime
    jumped: bool
    total_cents: int
    by_id: int | None


@dataclass(frozen=True, slots=True)
class SaleEntry(Entry):
    lines: tuple[EntryLine, ...]
    payments: tuple[EntryPayment, ...]
    offline: bool

    kind = "sale"

    @property
    def taken_cents(self) -> int:
        return self.total_cents


@dataclass(frozen=True, slots=True)
class VoidEntry(Entry):
    sale_uuid: str
    codes: tuple[str, ...]
    refunds: tuple[EntryPayment, ...]
    reason: str
    # Places in the sale (from 0) of lines that bear no code.
    places: tuple[int, ...] = ()

    kind = "void"

    @property
    def taken_cents(self) -> int:
        return -self.total_cents

    @property
    def line_names(self) -> tuple[str, ...]:
        """The lines given back, as `line_name` names them."""
        return self.codes + tuple(line_name("", place) for place in self.places)


def line_name(code: str, place: int) -> str:
    """What a line of a sale is called: its code, or its place (from 0) when it has none."""
    return code or f"sans étiquette (ligne {place + 1})"


def read_entry(payload: str) -> SaleEntry | VoidEntry:
    """The entry in a signed text; raises InvalidEntry."""
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise InvalidEntry("not JSON") from error
    if not isinstance(data, dict):
        raise InvalidEntry("not an object")
    if data.get("v") not in FORMATS:
        raise InvalidEntry("unknown format")
    readers: dict[object, Callable[[Mapping[str, Any]], SaleEntry | VoidEntry]]
    readers = {"sale": _read_sale, "void": _read_void}
    reader = readers.get(_text(data, "kind", 16))
    if reader is None:
        raise InvalidEntry("unknown kind")
    return reader(data)


def _read_sale(data: Mapping[str, Any]) -> SaleEntry:
    lines = tuple(_read_line(line) for line in _list(data, "lines"))
    payments = tuple(_read_payment(payment) for payment in _list(data, "payments"))
    return SaleEntry(*_common(data), lines, payments, offline=data.get("online") is not True)


def _read_void(data: Mapping[str, Any]) -> VoidEntry:
    places = tuple(_list(data, "lines", of=int)) if data["v"] > 1 and data.get("lines") else ()
    codes = tuple(
        _text({"code": code}, "code", 10) for code in _list(data, "codes", of=str, least=0 if places else 1)
    )
    refunds = tuple(_read_payment(refund) for refund in _list(data, "refunds"))
    reason = data.get("reason", "")
    if not isinstance(reason, str):
        raise InvalidEntry("reason")
    return VoidEntry(*_common(data), _uuid(data, "sale"), codes, refunds, _storable(reason[:200]), places)


def _read_line(data: Mapping[str, Any]) -> EntryLine:
    if data.get("text") is not None and data.get("code") is None:
        return EntryLine("", _cents(data, "price"), _text(data, "text", MAX_TEXT))
    return EntryLine(_text(data, "code", 10), _cents(data, "price"), by_hand=data.get("hand") is True)


def _common(data: Mapping[str, Any]) -> tuple[str, int, int, str, datetime, bool, int, int | None]:
    clock = data.get("clock")
    if not isinstance(clock, dict):
        raise InvalidEntry("clock")
    return (
        _uuid(data, "uuid"),
        _integer(data, "till", 1, MAX_SEQ),
        _integer(data, "seq", 1, MAX_SEQ),
        _uuid(data, "session"),
        _moment(data, "at"),
        clock.get("jump") is True,
        _cents(data, "total"),
        _integer(data, "by", 1, MAX_SEQ) if data.get("by") is not None else None,
    )


def _read_payment(data: Mapping[str, Any]) -> EntryPayment:
    try:
        method = PaymentMethod(_text(data, "method", 16))
    except ValueError as error:
        raise InvalidEntry("method") from error
    tendered = _cents(data, "tendered") if data.get("tendered") is not None else None
    return EntryPayment(method, _cents(data, "amount"), tendered)


def _text(data: Mapping[str, Any], key: str, longest: int) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise InvalidEntry(key)
    return _storable(value)


def _storable(text: str) -> str:
    """Half a character (`\\ud83d`), which JSON can say and no database can keep, becomes `?`."""
    return text.encode(errors="replace").decode()


def _uuid(data: Mapping[str, Any], key: str) -> str:
    value = _text(data, key, 36)
    try:
        if str(uuid.UUID(value)) == value:
            return value
    except ValueError:
        pass
    raise InvalidEntry(key)


def _integer(data: Mapping[str, Any], key: str, least: int, most: int) -> int:
    value = data.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidEntry(key)
    return value


def _cents(data: Mapping[str, Any], key: str) -> int:
    return _integer(data, key, 0, MAX_CENTS)


def _moment(data: Mapping[str, Any], key: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(data, key, 40))
        if moment.tzinfo is None:
            raise InvalidEntry(key)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidEntry(key) from error


def _list(data: Mapping[str, Any], key: str, of: type = dict, least: int = 1) -> list[Any]:
    value = data.get(key)
    if (
        not isinstance(value, list)
        or not least <= len(value) <= MAX_LINES
        or any(type(row) is not of for row in value)
    ):
        raise InvalidEntry(key)
    return value
