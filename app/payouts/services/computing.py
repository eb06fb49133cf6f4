"""Computing payouts: of a whole edition at once, or of some depositors."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.editions.models import Edition
from app.editions.services.steps import lock_edition
from app.payouts.models import Payout, PayoutState
from app.payouts.queries import LedgerRow, get_ledger_row, ledger
from app.payouts.rules import Figures, PaidPayoutDiffers, may_recompute


@dataclass(frozen=True)
class ComputeOutcome:
    """How many depositors were new, changed, already right; and paid ones that differ, left as they are."""

    created: int
    changed: int
    unchanged: int
    paid_differing: int


def compute_payouts(
    edition: Edition, by_id: int, registration_ids: Collection[int] | None = None
) -> ComputeOutcome:
    """Bring the payouts of an edition (or of these registrations) to the sales of the moment.

    The same number of queries whatever the number of depositors. A changed payout goes back to « calculé »
    and loses its slip and approval; a paid one is never changed unless it ends in the sum that was paid.
    """
    lock_edition(edition.id)
    rows = ledger(edition, registration_ids)
    payouts = _payouts(edition.id, [row.registration_id for row in rows])
    now = utcnow()
    new = [row for row in rows if row.stored is None]
    stale = [row for row in rows if row.is_stale]
    differing = [row for row in stale if not _may_recompute(row)]
    changed = [row for row in stale if _may_recompute(row)]
    for row in changed:
        _update(payouts[row.registration_id], row.current, now)
    db.session.flush()
    if new:
        db.session.execute(
            insert(Payout),
            [_new_payout(edition.id, row, now) for row in new],
            execution_options={"edition_id": edition.id},
        )
    if new or changed:
        audit.record(
            "payouts.computed",
            f"edition:{edition.id}",
            actor_id=by_id,
            created=len(new),
            net_cents=sum(row.current.amounts.net for row in new),
            # registration → net before and after, in cents
            changed={row.registration_id: [_net(row.stored), _net(row.current)] for row in changed},
        )
    return ComputeOutcome(
        created=len(new),
        changed=len(changed),
        unchanged=len(rows) - len(new) - len(stale),
        paid_differing=len(differing),
    )


def recompute(edition: Edition, registration_id: int, by_id: int) -> ComputeOutcome:
    """Compute one depositor's payout. Raises PaidPayoutDiffers, NotFound."""
    get_ledger_row(edition, registration_id)
    outcome = compute_payouts(edition, by_id, [registration_id])
    if outcome.paid_differing:
        (row,) = ledger(edition, [registration_id])
        raise PaidPayoutDiffers(row.shown.amounts.net, row.current.amounts.net)
    return outcome


def _may_recompute(row: LedgerRow) -> bool:
    assert row.state
    assert row.stored
    return may_recompute(row.state, row.stored.amounts, row.current.amounts)


def _net(figures: Figures | None) -> int:
    return figures.amounts.net if figures else 0


def _payouts(edition_id: int, registration_ids: Collection[int]) -> dict[int, Payout]:
    found = db.session.scalars(
        select(Payout)
        .where(Payout.edition_id == edition_id, Payout.registration_id.in_(registration_ids))
        .order_by(Payout.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {payout.registration_id: payout for payout in found}


def _new_payout(edition_id: int, row: LedgerRow, now: datetime) -> dict[str, Any]:
    return {
        "edition_id": edition_id,
        "registration_id": row.registration_id,
        "state": PayoutState.COMPUTED,
        **_columns(row.current, now),
    }


def _update(payout: Payout, figures: Figures, now: datetime) -> None:
    for name, value in _columns(figures, now).items():
        setattr(payout, name, value)
    payout.slip_file = None
    if payout.state is not PayoutState.PAID:
        payout.state, payout.approved_at, payout.approved_by_id = PayoutState.COMPUTED, None, None


def _columns(figures: Figures, now: datetime) -> dict[str, Any]:
    amounts = {f"{name}_cents": cents for name, cents in asdict(figures.amounts).items()}
    return {"sold_count": figures.sold_count, **amounts, "computed_at": now}
