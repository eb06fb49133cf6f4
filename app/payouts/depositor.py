"""What one depositor sees of their sales: sold so far, and what will be paid."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.db import db
from app.deposits.models import Registration
from app.deposits.queries.lists import validated
from app.deposits.rules import list_fee_cents
from app.payouts.models import Payout
from app.payouts.rules import compute_payout
from app.sales.queries.totals import sold_lines


@dataclass(frozen=True, slots=True)
class OwnSales:
    """Amounts in cents. `due` is an estimate of the moment until the `payout` is computed.

    `sold` maps the id of each item sold to its price and moment.
    """

    sold: dict[int, tuple[int, datetime]]
    gross: int
    commission: int
    fees: int
    adjustments: int
    due: int
    payout: Payout | None

    @property
    def count(self) -> int:
        return len(self.sold)


def own_sales(registration: Registration) -> OwnSales:
    """The sales of one registration, whose edition and lists are loaded: two queries."""
    payout = db.session.scalars(select(Payout).where(Payout.registration_id == registration.id)).one_or_none()
    lines = sold_lines(registration.edition_id, registration.id)
    sold = {line.item_id: (line.price_cents, line.sold_at) for line in lines}
    if payout is not None:
        return OwnSales(
            sold,
            payout.gross_cents,
            payout.commission_cents,
            payout.fees_cents,
            payout.adjustments_cents,
            payout.net_cents,
            payout,
        )
    edition = registration.edition
    fees = list_fee_cents(edition.rulebook, registration.list_kind, len(validated(registration.lists)))
    amounts = compute_payout(sum(line.price_cents for line in lines), edition.commission_bp, fees)
    return OwnSales(sold, amounts.gross, amounts.commission, amounts.fees, 0, amounts.net, None)
