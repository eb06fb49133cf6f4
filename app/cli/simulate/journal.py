"""What a till writes: sales and voids, and how they are told in its journal."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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


@dataclass(frozen=True)
class Cancellation:
    """A void of some items of a sale, with what was given back."""

    uuid: str
    ticket: str
    codes: tuple[str, ...]
    refund: Money


@dataclass
class Journal:
    """Everything a till ever wrote, and what it has not sent yet."""

    tickets: list[Ticket] = field(default_factory=list)
    cancellations: list[Cancellation] = field(default_factory=list)
    waiting: list[dict[str, str]] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)
