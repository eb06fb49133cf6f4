"""The receipt of a deposit: what was taken in, what was refused and why, by whom."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from markupsafe import escape

from app.documents.html_pdf import SVG_ADDRESS, render_pdf


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
    """`signature_path`: lines drawn on the screen, 600 by 200 as in static/js/signature.js; empty when signed
    on paper. Times UTC."""

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
    signature_path: str
    pick_up: str
    deposited_at: datetime

    @property
    def signature_image(self) -> str:
        """What was drawn, as an address that holds the image; empty when signed on paper."""
        return _image(self.signature_path) if self.signature_path else ""

    @property
    def accepted(self) -> int:
        return sum(one.accepted for one in self.lists)

    @property
    def accepted_cents(self) -> int:
        return sum(one.accepted_cents for one in self.lists)


def _image(path: str) -> str:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="200" viewBox="0 0 600 200">'
        f'<path d="{escape(path)}" fill="none" stroke="#111827" stroke-width="4"'
        ' stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    return SVG_ADDRESS + b64encode(drawing.encode()).decode()


def deposit_receipt_pdf(receipt: DepositReceipt) -> bytes:
    """The receipt as PDF."""
    return render_pdf("deposit_receipt.html", receipt=receipt)
