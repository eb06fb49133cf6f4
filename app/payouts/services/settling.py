"""Approving payouts and recording how they were paid.

Each act is one conditional UPDATE: of two clicks at once, the database lets one through.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select, update

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db, rows_changed
from app.core.errors import DomainError
from app.editions.models import Edition
from app.editions.services.steps import lock_edition, share_edition
from app.payouts.models import Payout, PayoutMethod, PayoutState
from app.payouts.queries import LedgerRow, get_ledger_row, ledger
from app.payouts.rules import (
    APPROVABLE,
    PAYABLE,
    ChequeAlreadyUsed,
    NothingToPay,
    PayoutIsStale,
    PayoutNotComputed,
    WrongPayoutState,
    check_cheque_number,
)


def approve(edition: Edition, by_id: int, registration_ids: Collection[int] | None = None) -> int:
    """Approve what is computed and right, of an edition or of these registrations; how many it was.

    A single payout that cannot be approved is refused with its reason (PayoutNotComputed, PayoutIsStale,
    WrongPayoutState); among several it is passed over.
    """
    lock_edition(edition.id)
    rows = ledger(edition, registration_ids)
    if registration_ids is not None and len(registration_ids) == 1:
        row = get_ledger_row(edition, next(iter(registration_ids)))
        _check(row, APPROVABLE, "il n’est pas à approuver")
    wanted = [row for row in rows if row.is_approvable]
    approved = _move(
        edition.id,
        [row.payout_id for row in wanted if row.payout_id],
        APPROVABLE,
        state=PayoutState.APPROVED,
        approved_at=utcnow(),
        approved_by_id=by_id,
    )
    if approved:
        audit.record(
            "payouts.approved",
            f"edition:{edition.id}",
            actor_id=by_id,
            payouts=[row.payout_id for row in wanted],
            net_cents=sum(row.shown.amounts.net for row in wanted),
        )
    return approved


def record_payment(
    edition: Edition, registration_id: int, method: PayoutMethod, by_id: int, cheque_number: str = ""
) -> None:
    """Write down that an approved payout (or an absent depositor's) was handed over.

    Raises PayoutNotComputed, PayoutIsStale, WrongPayoutState (also for a second click), NothingToPay,
    ChequeNumberMissing, NotAChequeNumber, ChequeAlreadyUsed.
    """
    number = check_cheque_number(cheque_number) if method is PayoutMethod.CHEQUE else None
    lock_edition(edition.id)  # one payment after the other: a cheque pays once
    row = _locked_row(edition, registration_id)
    _check(row, PAYABLE, "il faut qu’il soit approuvé et pas encore payé")
    if not row.shown.amounts.net:
        raise NothingToPay
    if number:
        _check_cheque_is_new(edition, number)
    _move_one(
        edition,
        row,
        PAYABLE,
        state=PayoutState.PAID,
        method=method,
        cheque_number=number,
        paid_at=utcnow(),
        paid_by_id=by_id,
    )
    audit.record(
        "payout.paid",
        f"payout:{row.payout_id}",
        actor_id=by_id,
        net_cents=row.shown.amounts.net,
        method=method.value,
        cheque_number=number,
    )


def mark_absent(edition: Edition, registration_id: int, by_id: int) -> None:
    """The depositor did not come for an approved payout: to be reminded. Raises WrongPayoutState."""
    row = _locked_row(edition, registration_id)
    _check(row, (PayoutState.APPROVED,), "seul un reversement approuvé attend son déposant", fresh=False)
    _move_one(edition, row, (PayoutState.APPROVED,), state=PayoutState.ABSENT)
    audit.record("payout.absent", f"payout:{row.payout_id}", actor_id=by_id)


def undo_payment(edition: Edition, registration_id: int, by_id: int, reason: str) -> None:
    """Take back a recorded payment (wrong person, lost cheque…): the payout is approved again, the audit
    log keeps what was undone and why. Raises WrongPayoutState, DomainError without a reason."""
    if not reason.strip():
        raise DomainError("Dites pourquoi le paiement est annulé.", "reason")
    row = _locked_row(edition, registration_id)
    _check(row, (PayoutState.PAID,), "il n’y a pas de paiement à annuler", fresh=False)
    _move_one(
        edition,
        row,
        (PayoutState.PAID,),
        state=PayoutState.APPROVED,
        method=None,
        cheque_number=None,
        paid_at=None,
        paid_by_id=None,
        slip_file=None,
    )
    audit.record(
        "payout.payment_undone",
        f"payout:{row.payout_id}",
        actor_id=by_id,
        reason=reason.strip(),
        net_cents=row.shown.amounts.net,
        method=row.method.value if row.method else None,
        cheque_number=row.cheque_number,
        paid_at=row.paid_at,
    )


def _check_cheque_is_new(edition: Edition, number: str) -> None:
    """Raise ChequeAlreadyUsed when a payment of this edition bears the number."""
    used = (Payout.edition_id == edition.id, Payout.cheque_number == number)
    other_id = db.session.scalars(select(Payout.registration_id).where(*used).limit(1)).one_or_none()
    if other_id is not None:
        raise ChequeAlreadyUsed(number, get_ledger_row(edition, other_id).name)


def _locked_row(edition: Edition, registration_id: int) -> LedgerRow:
    share_edition(edition.id)
    db.session.execute(select(Payout.id).where(Payout.registration_id == registration_id).with_for_update())
    return get_ledger_row(edition, registration_id)


def _check(row: LedgerRow, states: Sequence[PayoutState], wanted: str, *, fresh: bool = True) -> None:
    if row.stored is None or row.state is None:
        raise PayoutNotComputed
    if row.state not in states:
        raise WrongPayoutState(row.state, wanted)
    if fresh and row.is_stale:
        raise PayoutIsStale(row.stored.amounts.net, row.current.amounts.net)


def _move_one(edition: Edition, row: LedgerRow, sources: Sequence[PayoutState], **values: Any) -> None:
    assert row.payout_id
    if not _move(edition.id, [row.payout_id], sources, **values):
        state = get_ledger_row(edition, row.registration_id).state or PayoutState.COMPUTED
        raise WrongPayoutState(state, "quelqu’un vient de le changer")


def _move(edition_id: int, ids: Sequence[int], sources: Sequence[PayoutState], **values: Any) -> int:
    moved = rows_changed(
        update(Payout)
        .where(Payout.edition_id == edition_id, Payout.id.in_(ids), Payout.state.in_(sources))
        .values(**values),
        edition_id=edition_id,
        synchronize_session=False,
    )
    # The rows this session knows are read again when somebody looks at them.
    for payout in list(db.session.identity_map.values()):
        if isinstance(payout, Payout) and payout.id in ids:
            db.session.expire(payout)
    return moved
