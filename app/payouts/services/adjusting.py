"""Corrections of a payout: signed, with a reason and an author; a wrong one is undone by its opposite."""

from app.core import audit
from app.core.db import db
from app.core.errors import DomainError
from app.editions.models import Edition
from app.editions.services.steps import lock_edition
from app.payouts.models import PayoutAdjustment
from app.payouts.queries import get_ledger_row
from app.payouts.services.computing import compute_payouts

# More than any depositor can sell: a slip of the keyboard.
MAX_CENTS = 1_000_00


def add_adjustment(
    edition: Edition, registration_id: int, amount_cents: int, reason: str, by_id: int
) -> PayoutAdjustment:
    """Add (positive) to or take off (negative) what a depositor is owed; a payout already computed follows,
    except a paid one whose sum would change. Raises NotFound, DomainError on `amount` or `reason`."""
    if not 0 < abs(amount_cents) <= MAX_CENTS:
        raise DomainError("Indiquez un montant de 0,01 € à 1 000 €.", "amount")
    if not reason.strip():
        raise DomainError("Dites pourquoi : le déposant le lira sur son bordereau.", "reason")
    lock_edition(edition.id)
    row = get_ledger_row(edition, registration_id)
    adjustment = PayoutAdjustment(
        edition_id=edition.id,
        registration_id=registration_id,
        amount_cents=amount_cents,
        reason=reason.strip(),
        author_id=by_id,
    )
    db.session.add(adjustment)
    db.session.flush()
    audit.record(
        "payout.adjusted",
        f"registration:{registration_id}",
        actor_id=by_id,
        amount_cents=amount_cents,
        reason=reason.strip(),
    )
    if row.stored is not None:
        compute_payouts(edition, by_id, [registration_id])
    return adjustment
