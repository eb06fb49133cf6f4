"""How far the payouts of an edition are; what closing it asks, what may be approved."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.db import db
from app.deposits.models import Registration
from app.editions.models import Edition
from app.payouts.models import Payout, PayoutState
from app.payouts.queries.ledger import LedgerRow, belongs_to_ledger, ledger
from app.payouts.rules import APPROVABLE


@dataclass(frozen=True)
class PayoutProgress:
    """Depositors with a payout to make or made; of them not final (see `rules.is_final`), and paid."""

    due: int
    not_final: int
    paid: int


def payout_progress(edition: Edition) -> PayoutProgress:
    """Three queries whatever the number of depositors; only what may be final is looked at closely."""
    belongs = (
        select(func.count())
        .select_from(Registration)
        .outerjoin(Payout, Payout.registration_id == Registration.id)
        .where(Registration.edition_id == edition.id, belongs_to_ledger())
    )
    due = db.session.scalar(belongs) or 0
    rows = _ledger_in(edition, (PayoutState.APPROVED, PayoutState.PAID))
    return PayoutProgress(
        due=due,
        not_final=due - sum(row.is_final for row in rows),
        paid=sum(row.state is PayoutState.PAID for row in rows),
    )


def _ledger_in(edition: Edition, states: Collection[PayoutState]) -> list[LedgerRow]:
    query = select(Payout.registration_id).where(Payout.edition_id == edition.id, Payout.state.in_(states))
    ids = list(db.session.scalars(query))
    return ledger(edition, ids) if ids else []


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
    rows = [row for row in _ledger_in(edition, APPROVABLE) if row.is_approvable]
    return Approvable(len(rows), sum(row.shown.amounts.net for row in rows))
