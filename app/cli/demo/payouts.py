"""A few depositors of the demonstration already paid: those who had to leave before the end."""

from sqlalchemy import func, insert, select

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.list_rules import list_fee_cents
from app.deposits.models import Item, ItemList, ItemState, Registration
from app.deposits.services.stock import withdraw
from app.editions.models import Edition
from app.payouts.models import Payout, PayoutMethod, PayoutState
from app.payouts.rules import compute_payout
from app.sales.models import SaleLine

PAID = 12


def settle_some(edition: Edition, treasurer_id: int) -> None:
    """The last depositors took back what was not sold and were paid in cash."""
    leaving = list(db.session.scalars(select(Registration).order_by(Registration.id.desc()).limit(PAID)))
    ids = [registration.id for registration in leaving]
    now = utcnow()
    unsold = db.session.scalars(
        select(Item)
        .join(Item.item_list)
        .where(ItemList.registration_id.in_(ids), Item.state == ItemState.ON_SALE)
    )
    for item in unsold:
        withdraw(item, "Repris par son déposant, parti avant la fin")
    gross = _gross_by_registration(ids)
    rows = []
    for registration in leaving:
        sold_count, gross_cents = gross.get(registration.id, (0, 0))
        fees = list_fee_cents(edition.rulebook, registration.list_kind, 2)
        amounts = compute_payout(gross_cents, edition.commission_bp, fees)
        rows.append(
            {
                "edition_id": edition.id,
                "registration_id": registration.id,
                "state": PayoutState.PAID,
                "sold_count": sold_count,
                "gross_cents": amounts.gross,
                "commission_cents": amounts.commission,
                "fees_cents": amounts.fees,
                "adjustments_cents": amounts.adjustments,
                "net_cents": amounts.net,
                "shortfall_cents": amounts.shortfall,
                "computed_at": now,
                "approved_at": now,
                "approved_by_id": treasurer_id,
                "method": PayoutMethod.CASH,
                "paid_at": now,
                "paid_by_id": treasurer_id,
            }
        )
    db.session.flush()
    db.session.execute(insert(Payout), rows, execution_options={"edition_id": edition.id})


def _gross_by_registration(ids: list[int]) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        select(ItemList.registration_id, func.count(), func.sum(SaleLine.price_cents))
        .join(Item, Item.list_id == ItemList.id)
        .join(SaleLine, SaleLine.active_item_id == Item.id)
        .where(ItemList.registration_id.in_(ids))
        .group_by(ItemList.registration_id)
    )
    return {registration_id: (sold, int(gross)) for registration_id, sold, gross in rows}
