"""What one depositor sees of their sales: sold so far, and what will be paid."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.db import db
from app.deposits.models import Registration
from app.payouts.models import Payout
from app.payouts.queries import ledger
from app.payouts.rules import PayoutAmounts
from app.sales.queries.totals import sold_lines

NOTHING = PayoutAmounts(gross=0, commission=0, fees=0, adjustments=0, net=0, shortfall=0)


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
    # The slip's file while it holds; `slip_outdated` while the treasurer has to make it again.
    slip_file: str | None
    slip_outdated: bool

    @property
    def count(self) -> int:
        return len(self.sold)


def own_sales(registration: Registration) -> OwnSales:
    """The sales of one registration, whose edition is loaded: three queries.

    The amounts are those of the treasurer's ledger; who is not in it yet, for nothing was deposited, is due
    nothing and owes nothing.
    """
    payout = db.session.scalars(select(Payout).where(Payout.registration_id == registration.id)).one_or_none()
    lines = sold_lines(registration.edition_id, registration.id)
    rows = ledger(registration.edition, [registration.id])
    amounts = rows[0].shown.amounts if rows else NOTHING
    return OwnSales(
        sold={line.item_id: (line.price_cents, line.sold_at) for line in lines},
        gross=amounts.gross,
        commission=amounts.commission,
        fees=amounts.fees,
        adjustments=amounts.adjustments,
        due=amounts.net,
        payout=payout,
        slip_file=rows[0].slip_file if rows and rows[0].has_good_slip else None,
        slip_outdated=bool(rows and rows[0].slip_file and not rows[0].has_good_slip),
    )
