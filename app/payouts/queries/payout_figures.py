"""What the sums over the computed payouts are made of: one line a depositor."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from app.accounts.models import User
from app.core.search import alphabetical
from app.deposits.models import Registration
from app.payouts.models import Payout

# Name in the address → title.
PAYOUT_FIGURES = {
    "ventes": "Ventes des reversements calculés",
    "commission": "Commission, arrondie par déposant",
    "frais": "Frais de listes",
    "corrections": "Corrections",
    "manque": "Frais que les ventes ne couvrent pas",
    "net": "À reverser",
}
# Signed as on the page of the books, so that the lines add up to the figure.
_AMOUNTS: dict[str, ColumnElement[int]] = {
    "ventes": Payout.gross_cents.expression,
    "commission": -Payout.commission_cents,
    "frais": -Payout.fees_cents,
    "corrections": Payout.adjustments_cents.expression,
    "manque": Payout.shortfall_cents.expression,
    "net": Payout.net_cents.expression,
}


def payout_lines(edition_id: int, figure: str) -> Select[Any]:
    """Depositors by name with their part of one of PAYOUT_FIGURES, in cents; those without any left out."""
    cents = _AMOUNTS[figure]
    return (
        select(Payout.computed_at.label("at"), Payout.registration_id, Payout.state)
        .add_columns(User.last_name, User.first_name, cents.label("cents"))
        .join(Registration, Registration.id == Payout.registration_id)
        .join(User, User.id == Registration.user_id)
        .where(Payout.edition_id == edition_id, cents != 0)
        .order_by(alphabetical(User.last_name), alphabetical(User.first_name), Payout.id)
    )
