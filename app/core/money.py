"""Money is integer cents. This is the only place that reads or prints euros."""

import re
from functools import lru_cache

from babel.numbers import format_currency

from app.core.errors import DomainError

_AMOUNT = re.compile(r"(\d{1,6})(?:[.,](\d{1,2}))?")
_BLANKS = re.compile(r"[\s\u00a0\u202f]")


# The same few hundred prices come back on every label and every row of a table.
@lru_cache(maxsize=4096)
def format_euros(cents: int) -> str:
    """Cents as French amount: `123450` → `1 234,50 €` (narrow no-break spaces as Babel prints them)."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    whole = format_currency(euros, "EUR", "#,##0", locale="fr", currency_digits=False)
    return f"{sign}{whole},{rest:02d}\u00a0€"


def format_amount(cents: int) -> str:
    """Cents as typed in a field: `1250` → `12,50`."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    return f"{sign}{euros},{rest:02d}"


def parse_euros(text: str) -> int:
    """What a person typed (`12`, `12,5`, `12.50 €`, `1 234,50`) in cents; never through a float.

    Raises DomainError when it is not an amount with at most two decimals.
    """
    typed = _BLANKS.sub("", text).removesuffix("€")
    found = _AMOUNT.fullmatch(typed)
    if not found:
        raise DomainError("Indiquez un montant en euros, par exemple 12,50.")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def share_half_up(cents: int, basis_points: int) -> int:
    """The share of a non-negative amount, `2000` basis points being 20 %, rounded half-up to the cent."""
    if cents < 0 or basis_points < 0:
        raise ValueError("share_half_up takes non-negative amounts and rates")
    return (cents * basis_points * 2 + 10_000) // 20_000
