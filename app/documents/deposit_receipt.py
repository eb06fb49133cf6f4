"""The receipt of a deposit: what was taken in, what was refused and why, by whom."""

from dataclasses import dataclass
from datetime import datetime

from app.documents.html_pdf import render_pdf


@dataclass(frozen=True, slots=True)
class ReceiptList:
    """One list handed in: its number, range colour, and how many items were accepted and refused."""

    number: int
    colour_hex: str
    accepted: int
    refused: int
    accepted_cents: int


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item handed back at once. `number` as list and line (`245-03`)."""

    number: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class DepositReceipt:
    """`signed_on_screen`: no box to sign is needed on the depositor's side. Times UTC."""

    edition_name: str
    place: str
    depositor_name: str
    slot: str
    late: bool
    lists: tuple[ReceiptList, ...]
    refused: tuple[RefusedItem, ...]
    identity_checked: bool
    envelope_checked: bool
    volunteers: tuple[str, str]
    signed_on_screen: bool
    pick_up: str
    deposited_at: datetime

    @property
    def accepted(self) -> int:
        return sum(one.accepted for one in self.lists)

    @property
    def accepted_cents(self) -> int:
        return sum(one.accepted_cents for one in self.lists)


def deposit_receipt_pdf(receipt: DepositReceipt) -> bytes:
    """The receipt as PDF."""
    return render_pdf("deposit_receipt.html", receipt=receipt)
