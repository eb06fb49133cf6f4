"""What changes of payouts, one file per subject; import from here."""

from app.payouts.services.adjusting import add_adjustment
from app.payouts.services.computing import ComputeOutcome, compute_payouts, recompute
from app.payouts.services.settling import approve, mark_absent, record_payment, undo_payment
from app.payouts.services.slips import store_slip

__all__ = [
    "ComputeOutcome",
    "add_adjustment",
    "approve",
    "compute_payouts",
    "mark_absent",
    "recompute",
    "record_payment",
    "store_slip",
    "undo_payment",
]
