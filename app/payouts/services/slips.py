"""Keeping the slip of a payout."""

from datetime import datetime

from sqlalchemy import case, update

from app.core.db import rows_changed
from app.payouts.models import Payout, PayoutState


def store_slip(edition_id: int, payout_id: int, computed_at: datetime, slip_file: str) -> bool:
    """Attach a slip's file to the payout it was made from; « calculé » becomes « bordereau prêt ».

    False when the payout was computed again meanwhile: this slip shows figures of the past.
    """
    ready = case((Payout.state == PayoutState.COMPUTED, PayoutState.SLIP_READY.value), else_=Payout.state)
    kept = rows_changed(
        update(Payout)
        .where(Payout.id == payout_id, Payout.computed_at == computed_at)
        .values(slip_file=slip_file, state=ready),
        edition_id=edition_id,
        synchronize_session=False,
    )
    return kept == 1
