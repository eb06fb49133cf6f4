"""The books of an edition: what came in at the tills, what was sold, what is owed; everything adds up.

money taken − money given back = items sold + items not recognised + items paid twice, to refund or kept
items sold = Σ gross of the payouts, as they would be computed now
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select

from app.core.db import db
from app.editions.models import Edition
from app.payouts.models import PayoutMethod, PayoutState
from app.payouts.queries.ledger import LedgerRow, ledger
from app.sales.models import LineState, Payment, PaymentMethod, SaleLine
from app.sales.queries import list_sessions, payments_by_method
from app.sales.queries.conflicts import is_kept
from app.sales.rules import expected_cash

CASH = PaymentMethod.CASH.value


@dataclass(frozen=True)
class TillCount:
    """One till session and one payment method, in cents. Expected: by what is recorded, the float included
    for cash; counted None while the till is open. `session_id` None: payments of no known session."""

    till: str
    session_id: int | None
    volunteer: str
    opened_at: datetime | None
    method: PaymentMethod
    expected_cents: int
    counted_cents: int | None
    reason: str | None

    @property
    def variance_cents(self) -> int | None:
        return None if self.counted_cents is None else self.counted_cents - self.expected_cents


@dataclass(frozen=True)
class TillTotal:
    """All tills for one payment method, in cents. `counted_cents` and `variance_cents` are of the drawers
    already counted, None while none is."""

    expected_cents: int
    counted_cents: int | None
    variance_cents: int | None

    @classmethod
    def of(cls, counts: Sequence[TillCount]) -> "TillTotal":
        counted = [count.counted_cents for count in counts if count.counted_cents is not None]
        variances = [count.variance_cents for count in counts if count.variance_cents is not None]
        return cls(
            sum(count.expected_cents for count in counts),
            sum(counted) if counted else None,
            sum(variances) if variances else None,
        )


@dataclass(frozen=True)
class Books:
    """All amounts in cents. `payments` are net of refunds.

    `conflict`: paid twice, to be refunded; `kept`: paid twice, and nobody came back for the money.
    """

    payments: dict[PaymentMethod, int]
    sold_cents: int
    sold_count: int
    unknown_cents: int
    unknown_count: int
    conflict_cents: int
    conflict_count: int
    kept_cents: int
    kept_count: int
    till_counts: list[TillCount]
    rows: list[LedgerRow]

    @property
    def taken_cents(self) -> int:
        return sum(self.payments.values())

    @property
    def unexplained_cents(self) -> int:
        """Money that no sale line explains; zero unless a receipt and its payments disagree."""
        explained = self.sold_cents + self.unknown_cents + self.conflict_cents + self.kept_cents
        return self.taken_cents - explained

    @property
    def gross_now_cents(self) -> int:
        return sum(row.current.amounts.gross for row in self.rows)

    @property
    def gross_gap_cents(self) -> int:
        """Sold items that no payout counts; always zero unless the data is damaged."""
        return self.sold_cents - self.gross_now_cents

    @property
    def computed_gross_cents(self) -> int:
        return self._stored("gross")

    @property
    def uncomputed_gross_cents(self) -> int:
        """Gross of the depositors à calculer."""
        return sum(row.current.amounts.gross for row in self.rows if row.stored is None)

    @property
    def stale_gross_cents(self) -> int:
        """By how much the computed gross is behind the sales of the moment."""
        return sum(row.current.amounts.gross - row.stored.amounts.gross for row in self.rows if row.stored)

    @property
    def commission_cents(self) -> int:
        return self._stored("commission")

    @property
    def fees_cents(self) -> int:
        return self._stored("fees")

    @property
    def adjustments_cents(self) -> int:
        return self._stored("adjustments")

    @property
    def net_cents(self) -> int:
        return self._stored("net")

    @property
    def shortfall_cents(self) -> int:
        return self._stored("shortfall")

    @property
    def stale(self) -> list[LedgerRow]:
        return [row for row in self.rows if row.is_stale]

    @property
    def paid_stale(self) -> list[LedgerRow]:
        """Paid, then something was sold or voided: the money handed over is no longer what is due."""
        return [row for row in self.stale if row.state is PayoutState.PAID]

    def by_state(self) -> list[tuple[PayoutState | None, int, int]]:
        """(state, depositors, cents to hand over), the uncomputed first, in the order of the work."""
        counts: Counter[PayoutState | None] = Counter()
        cents: Counter[PayoutState | None] = Counter()
        for row in self.rows:
            counts[row.state] += 1
            cents[row.state] += row.shown.amounts.net
        return [(state, counts[state], cents[state]) for state in (None, *PayoutState)]

    def paid_by_method(self) -> dict[PayoutMethod, int]:
        paid = dict.fromkeys(PayoutMethod, 0)
        for row in self.rows:
            if row.state is PayoutState.PAID and row.stored and row.method:
                paid[row.method] += row.stored.amounts.net
        return paid

    def counts_by_session(self) -> list[list[TillCount]]:
        """The counts of each session together, in the order of the tills."""
        return [list(counts) for _, counts in groupby(self.till_counts, lambda count: count.session_id)]

    def counts_by_method(self) -> dict[PaymentMethod, TillTotal]:
        """The counts of all tills, by payment method."""
        return {
            method: TillTotal.of([count for count in self.till_counts if count.method is method])
            for method in PaymentMethod
        }

    def _stored(self, name: str) -> int:
        return sum(getattr(row.stored.amounts, name) for row in self.rows if row.stored)


def load_books(edition: Edition) -> Books:
    """The books of the moment, in six queries whatever the number of sales."""
    sold, unknown, twice = _lines(edition.id)
    kept = _kept(edition.id)
    return Books(
        payments=payments_by_method(edition.id),
        sold_cents=sold[1],
        sold_count=sold[0],
        unknown_cents=unknown[1],
        unknown_count=unknown[0],
        conflict_cents=twice[1] - kept[1],
        conflict_count=twice[0] - kept[0],
        kept_cents=kept[1],
        kept_count=kept[0],
        till_counts=till_counts(edition.id),
        rows=ledger(edition),
    )


def till_counts(edition_id: int) -> list[TillCount]:
    """Every session of every till, by number and time, a line per payment method it took or counted."""
    taken = _payments_by_session(edition_id)
    counts = []
    for session in sorted(list_sessions(edition_id), key=lambda each: (each.till.number, each.opened_at)):
        if session.till.training:
            continue
        for method in PaymentMethod:
            expected = taken.pop((session.id, method), 0)
            if method is PaymentMethod.CASH:
                expected = expected_cash(session.opening_float_cents, expected)
            counted = (session.counted_cents or {}).get(method.value, 0) if session.closed_at else None
            if expected or counted:
                counts.append(
                    TillCount(
                        session.till.name,
                        session.id,
                        session.volunteer.full_name,
                        session.opened_at,
                        method,
                        expected,
                        counted,
                        session.variance_reason,
                    )
                )
    lost = [(method, cents) for (_, method), cents in taken.items() if cents]
    counts += [TillCount("Sans session", None, "", None, method, cents, None, None) for method, cents in lost]
    return counts


def _payments_by_session(edition_id: int) -> dict[tuple[int | None, PaymentMethod], int]:
    rows = db.session.execute(
        select(Payment.session_id, Payment.method, func.sum(Payment.amount_cents))
        .where(Payment.edition_id == edition_id)
        .group_by(Payment.session_id, Payment.method)
    )
    return {(session_id, method): int(cents) for session_id, method, cents in rows}


def _lines(edition_id: int) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """(count, cents) of the lines sold, of items not recognised, and of those paid twice."""
    known = SaleLine.item_id.is_not(None)
    sums = {
        LineState.ACTIVE: {True: (0, 0), False: (0, 0)},
        LineState.CONFLICT: {True: (0, 0), False: (0, 0)},
    }
    rows = db.session.execute(
        select(SaleLine.state, known, func.count(), func.sum(SaleLine.price_cents))
        .where(SaleLine.edition_id == edition_id, SaleLine.state.in_(list(sums)))
        .group_by(SaleLine.state, known)
    )
    for state, is_known, count, cents in rows:
        sums[state][bool(is_known)] = (count, int(cents))
    conflicts = sums[LineState.CONFLICT]
    both = (conflicts[True][0] + conflicts[False][0], conflicts[True][1] + conflicts[False][1])
    return sums[LineState.ACTIVE][True], sums[LineState.ACTIVE][False], both


def _kept(edition_id: int) -> tuple[int, int]:
    """(count, cents) of the lines paid twice whose customer never came back."""
    count, cents = db.session.execute(
        select(func.count(), func.coalesce(func.sum(SaleLine.price_cents), 0)).where(
            SaleLine.edition_id == edition_id, is_kept()
        )
    ).one()
    return count, int(cents)
