"""What a depositor gets when a list is validated: the list as declared, and how to bring it."""

from dataclasses import dataclass
from datetime import datetime

from app.documents.html_pdf import render_pdf


@dataclass(frozen=True, slots=True)
class RecapItem:
    """One declared item; `details` are its size, brand and colour, as they are to be read."""

    line: int
    category: str
    title: str
    details: str
    price_cents: int
    donate: bool = False


@dataclass(frozen=True, slots=True)
class ListRecap:
    """`list_number` is not known yet for some family lists; `colour_hex` of the range; `bring` what to bring
    on the day; `pick_up` when to fetch unsold items."""

    edition_name: str
    place: str
    depositor_name: str
    list_number: int | None
    colour_hex: str
    kind: str
    items: tuple[RecapItem, ...]
    slot: str
    pick_up: str
    bring: tuple[str, ...]
    commission_bp: int
    validated_at: datetime


def list_recap_pdf(recap: ListRecap) -> bytes:
    """The recap as PDF."""
    total = sum(item.price_cents for item in recap.items)
    return render_pdf("list_recap.html", recap=recap, total_cents=total)
