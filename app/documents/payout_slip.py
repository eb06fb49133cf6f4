"""The payout slip (bordereau): what a depositor sold, what is taken off, what is handed over."""

from dataclasses import dataclass
from datetime import datetime

from app.documents.html_pdf import render_pdf


@dataclass(frozen=True, slots=True)
class SlipItem:
    """`number` as on the label's list and line (`245-03`); `note` says what became of an unsold item."""

    number: str
    title: str
    price_cents: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A fee (positive, taken off) or an adjustment (signed) with what it is for."""

    label: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Slip:
    """Amounts in cents, rate in basis points, `generated_at` UTC.

    `payment` is how it was paid (`Chèque n° 0012345`), empty while it is not: lines to fill in by hand
    are printed then.
    """

    reference: str
    edition_name: str
    depositor_name: str
    list_numbers: tuple[int, ...]
    sold: tuple[SlipItem, ...]
    unsold: tuple[SlipItem, ...]
    gross_cents: int
    commission_bp: int
    commission_cents: int
    fees: tuple[SlipLine, ...]
    adjustments: tuple[SlipLine, ...]
    net_cents: int
    shortfall_cents: int
    payment: str
    generated_at: datetime


def slip_pdf(slip: Slip) -> bytes:
    """The slip as PDF, its amounts as text that can be read back."""
    return render_pdf("payout_slip.html", slip=slip)
