"""A till's journal as its browser keeps it: what was sold and voided, numbered, signed, confirmed or not."""

import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.cli.simulate.signing import Signed, sign_entry

FORMAT = 2
METHODS = ("cash", "card", "cheque")


@dataclass(frozen=True)
class Money:
    """Paid or given back, in cents; `tendered` for cash."""

    method: str
    amount: int
    tendered: int | None = None

    def told(self) -> dict[str, Any]:
        """As an entry of the journal holds it."""
        told: dict[str, Any] = {"method": self.method, "amount": self.amount}
        if self.tendered is not None:
            told["tendered"] = self.tendered
        return told


@dataclass(frozen=True)
class Ticket:
    """A sale as the till wrote it: (code, cents) of each item."""

    uuid: str
    till: int
    seq: int
    at: datetime
    lines: tuple[tuple[str, int], ...]
    payments: tuple[Money, ...]

    @property
    def total(self) -> int:
        return sum(price for _, price in self.lines)


@dataclass(frozen=True)
class Cancellation:
    """A void of some items of a sale, with what was given back."""

    uuid: str
    ticket: str
    codes: tuple[str, ...]
    refund: Money


class Journal:
    """Survives every restart of its till. `skew`: how wrong the clock of the till is."""

    def __init__(self, till_id: int, number: int) -> None:
        self.till_id, self.number = till_id, number
        self.tickets: list[Ticket] = []
        self.cancellations: list[Cancellation] = []
        self.entries: list[Signed] = []
        # The last verdict of what the server confirmed, by uuid; what is not in it waits.
        self.verdicts: dict[str, str] = {}
        self.skew = timedelta(0)
        self.last_seq = 0
        self._last_at = datetime.min.replace(tzinfo=UTC)
        self._session, self._secret = "", b""

    def begin(self, session: str, secret: bytes, last_seq: int) -> None:
        """The till opens: entries are of this session, signed with this secret, numbered after `last_seq`."""
        self._session, self._secret, self.last_seq = session, secret, last_seq

    @property
    def session(self) -> str:
        return self._session

    @property
    def waiting(self) -> list[Signed]:
        """Oldest first."""
        return [entry for entry in self.entries if entry.uuid not in self.verdicts]

    def sell(
        self, lines: Sequence[tuple[str, int]], payments: Sequence[Money], *, online: bool = True
    ) -> Ticket:
        """Write a paid sale of (code, cents) lines."""
        seq = self.last_seq + 1
        ticket = Ticket(str(uuid.uuid4()), self.number, seq, self._now(), tuple(lines), tuple(payments))
        self._write(
            ticket.uuid,
            ticket.at,
            kind="sale",
            online=online,
            total=ticket.total,
            lines=[{"code": code, "price": price} for code, price in lines],
            payments=[each.told() for each in payments],
        )
        self.tickets.append(ticket)
        return ticket

    def cancel(self, ticket: Ticket, codes: Sequence[str], method: str = "cash") -> Cancellation:
        """Void some items of one of this till's sales; the money goes back by `method`."""
        worth = sum(price for code, price in ticket.lines if code in codes)
        void = Cancellation(str(uuid.uuid4()), ticket.uuid, tuple(codes), Money(method, worth))
        self._write(
            void.uuid,
            self._now(),
            kind="void",
            total=worth,
            sale=ticket.uuid,
            codes=list(codes),
            refunds=[void.refund.told()],
            reason="Changé d’avis",
        )
        self.cancellations.append(void)
        return void

    def standing(self) -> list[tuple[Ticket, list[str]]]:
        """Sales of which something was not voided, with the codes of that."""
        voided = {(void.ticket, code) for void in self.cancellations for code in void.codes}
        kept = (
            (ticket, [code for code, _ in ticket.lines if (ticket.uuid, code) not in voided])
            for ticket in self.tickets
        )
        return [(ticket, codes) for ticket, codes in kept if codes]

    def confirm(self, entries: Iterable[Signed], verdicts: Iterable[str]) -> None:
        self.verdicts |= {entry.uuid: said for entry, said in zip(entries, verdicts, strict=True)}

    def send_again(self, hashes: Collection[str]) -> int:
        """What the server lacks waits again; returns how many."""
        lacking = [entry.uuid for entry in self.entries if entry.hash in hashes]
        for each in lacking:
            self.verdicts.pop(each, None)
        return len(lacking)

    def taken(self) -> dict[str, int]:
        """Money in this till by method, given back deducted, in cents."""
        sums = dict.fromkeys(METHODS, 0)
        for ticket in self.tickets:
            for paid in ticket.payments:
                sums[paid.method] += paid.amount
        for void in self.cancellations:
            sums[void.refund.method] -= void.refund.amount
        return sums

    def worth(self, entries: Iterable[Signed]) -> int:
        """Sales minus voids of these entries, in cents."""
        said = (json.loads(entry.payload) for entry in entries)
        return sum(-each["total"] if each["kind"] == "void" else each["total"] for each in said)

    def _now(self) -> datetime:
        """The till's time, never before its last entry."""
        self._last_at = max(datetime.now(UTC) + self.skew, self._last_at + timedelta(microseconds=1))
        return self._last_at

    def _write(self, entry_id: str, at: datetime, **body: Any) -> None:
        moment = at.isoformat()
        self.last_seq += 1
        entry = {
            "v": FORMAT,
            "uuid": entry_id,
            "till": self.till_id,
            "seq": self.last_seq,
            "session": self._session,
            "at": moment,
            "clock": {"wall": moment, "offset_ms": 0, "error_ms": 5},
            **body,
        }
        self.entries.append(sign_entry(self._secret, entry))
