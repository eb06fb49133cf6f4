"""Keeping the slip of a payout."""

from datetime import datetime

from sqlalchemy import case, update

from app.core.db import rows_changed
from app.payouts.models import Payout, PayoutState


def store_slip(
    edition_id: int, payout_id: int, computed_at: datetime, paid_at: datetime | None, slip_file: str
) -> bool:
    """Attach a slip's file to the payout it was made from; « calculé » becomes « bordereau prêt ».

    False when the payout was computed again meanwhile, or the payment it names (`paid_at`) was undone: this
    slip shows the past.
    """
    ready = case((Payout.state == PayoutState.COMPUTED, PayoutState.SLIP_READY.value), else_=Payout.state)
    made_from = [Payout.id == payout_id, Payout.computed_at == computed_at]
    if paid_at is not None:
        made_from.append(Payout.paid_at == paid_at)
    kept = rows_changed(
        update(Payout).where(*made_from).values(slip_file=slip_file, state=ready),
        edition_id=edition_id,
        synchronize_session=False,
    )
    return kept == 1
