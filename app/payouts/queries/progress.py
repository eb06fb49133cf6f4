"""How far the payouts of an edition are; what closing it asks, what may be approved."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.editions.models import Edition
from app.payouts.models import PayoutState
from app.payouts.queries.ledger import ledger


@dataclass(frozen=True)
class PayoutProgress:
    """Depositors with a payout; of them not final (see `rules.is_final`), stale, and paid."""

    due: int
    not_final: int
    stale: int
    paid: int


def payout_progress(edition: Edition) -> PayoutProgress:
    """One query whatever the number of depositors."""
    rows = ledger(edition)
    return PayoutProgress(
        due=len(rows),
        not_final=sum(not row.is_final for row in rows),
        stale=sum(row.is_stale for row in rows),
        paid=sum(row.state is PayoutState.PAID for row in rows),
    )


def outdated_slips(edition: Edition, made_at: datetime, registration_ids: Collection[int] | None) -> int:
    """How many of the slips gathered from `made_at` (UTC) on, of these registrations or of all, say sums that
    changed since."""
    rows = ledger(edition, registration_ids)
    unpaid = [row for row in rows if row.computed_at and row.state is not PayoutState.PAID]
    return sum(row.is_stale or row.computed_at > made_at for row in unpaid if row.computed_at)


@dataclass(frozen=True)
class Approvable:
    """How many payouts may be approved now, and how much they hand over in all."""

    count: int
    net_cents: int


def approvable(edition: Edition) -> Approvable:
    """What approving everything would approve."""
    rows = [row for row in ledger(edition) if row.is_approvable]
    return Approvable(len(rows), sum(row.shown.amounts.net for row in rows))
