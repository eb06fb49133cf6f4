"""Reading a line of a paper till sheet (seed §4.4, level 3). Pure: no database, no clock."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from app.core.dates import from_paris
from app.core.errors import DomainError
from app.sales.models import PaymentMethod

METHOD_KEYS = {"E": PaymentMethod.CASH, "C": PaymentMethod.CARD, "H": PaymentMethod.CHEQUE}
# What stands for a code when the article had none: "? doudou lapin".
UNLABELLED = "?"
_TIME = re.compile(r"(\d{1,2})\s*(?:[:hH.]\s*)?(\d{2})?")


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One article of a sheet: its code (ten digits) or, without a label, what it was; the price charged in
    cents; when it was sold (UTC) and how it was paid."""

    code: str
    text: str
    price_cents: int
    sold_at: datetime
    method: PaymentMethod


def read_time(text: str, day: date, now: datetime) -> datetime:
    """`14:32`, `14h32`, `1432` or `14` of that day in France, as UTC; refuses what is no hour, or to come."""
    digits = _TIME.fullmatch(text.strip())
    hours, minutes = (int(digits[1]), int(digits[2] or 0)) if digits else (24, 0)
    if hours > 23 or minutes > 59:
        raise DomainError("Écrivez une heure, par exemple 14:32.", "time")
    moment = from_paris(datetime.combine(day, time(hours, minutes)))
    if moment > now:
        raise DomainError("Cette heure n’est pas encore passée.", "time")
    return moment


def read_method(text: str) -> PaymentMethod:
    """The letter of the sheet: E, C or H."""
    method = METHOD_KEYS.get(text.strip().upper())
    if method is None:
        raise DomainError("Écrivez E (espèces), C (carte) ou H (chèque).", "method")
    return method
