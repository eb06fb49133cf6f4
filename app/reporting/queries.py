"""The sale as it goes, for the live dashboard: five queries over few rows, however many sales there are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.dates import to_paris
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.editions.models import Till
from app.reporting.rules import (
    PACE_WINDOW,
    TillStatus,
    average,
    hours_of_last_day,
    per_minute,
    till_status,
)
from app.sales.models import LineState, PaymentMethod, Sale, SaleLine, SaleTally, TillDevice, TillSession
from app.sales.queries import count_open_conflicts

# Brought in and offered: what "remaining / total" counts.
OFFERED = (ItemState.ON_SALE, ItemState.SOLD, ItemState.UNSOLD, ItemState.RETURNED, ItemState.DONATED)


@dataclass(frozen=True)
class LiveTill:
    """A till in the hall; `pending`: sales its devices said they still hold, as of `last_seen_at` (UTC)."""

    name: str
    status: TillStatus
    sales: int
    pending: int
    last_seen_at: datetime | None


@dataclass(frozen=True)
class LiveFigures:
    """The figures of the moment `at` (UTC); amounts in cents, hours in French time. Nothing personal."""

    at: datetime
    sales: int
    items_sold: int
    amount_cents: int
    # Of which in private periods (schools).
    private_cents: int
    per_minute: float
    remaining: int
    offered: int
    tills: list[LiveTill]
    payments: dict[PaymentMethod, int]
    # Items paid twice, to be settled.
    open_conflicts: int
    # Sales by hour of the last day of sale, from its first sale to its last.
    hours: list[tuple[datetime, int]]

    @property
    def average_cents(self) -> int:
        return average(self.amount_cents, self.sales)


def live_figures(edition_id: int, now: datetime) -> LiveFigures:
    """The dashboard of an edition at `now` (UTC). Training tills are no part of it."""
    tallies = db.session.scalars(select(SaleTally).where(SaleTally.edition_id == edition_id)).all()
    by_hour: dict[datetime, int] = defaultdict(int)
    by_till: dict[int, int] = defaultdict(int)
    for tally in tallies:
        by_till[tally.till_id] += tally.sales
        if tally.sales:
            by_hour[to_paris(tally.hour)] += tally.sales
    items = _items_by_state(edition_id)
    return LiveFigures(
        at=now,
        sales=sum(tally.sales for tally in tallies),
        items_sold=sum(tally.items for tally in tallies),
        amount_cents=sum(tally.amount_cents for tally in tallies),
        private_cents=sum(tally.private_cents for tally in tallies),
        per_minute=per_minute(_recent_sales(edition_id, now)),
        remaining=items.get(ItemState.ON_SALE, 0),
        offered=sum(items.get(state, 0) for state in OFFERED),
        tills=_tills(edition_id, by_till, now),
        payments={
            PaymentMethod.CASH: sum(tally.cash_cents for tally in tallies),
            PaymentMethod.CARD: sum(tally.card_cents for tally in tallies),
            PaymentMethod.CHEQUE: sum(tally.cheque_cents for tally in tallies),
        },
        open_conflicts=count_open_conflicts(edition_id),
        hours=hours_of_last_day(by_hour),
    )


def _recent_sales(edition_id: int, now: datetime) -> int:
    """Sales of the last minutes with an item not given back."""
    recent = (
        select(func.count(Sale.id.distinct()))
        .join(SaleLine, SaleLine.sale_id == Sale.id)
        .where(Sale.sold_at > now - PACE_WINDOW, Sale.edition_id == edition_id)
        .where(SaleLine.state == LineState.ACTIVE)
    )
    return db.session.scalar(recent) or 0


def _items_by_state(edition_id: int) -> dict[ItemState, int]:
    rows = db.session.execute(
        select(Item.state, func.count().label("items"))
        .where(Item.edition_id == edition_id)
        .group_by(Item.state)
    )
    return {row.state: row.items for row in rows}


def _tills(edition_id: int, sales: dict[int, int], now: datetime) -> list[LiveTill]:
    rows = db.session.execute(
        select(
            Till.id,
            Till.number,
            func.max(TillSession.id).label("session_id"),
            func.max(TillDevice.last_seen_at).label("seen"),
            func.coalesce(func.sum(TillDevice.pending_count), 0).label("pending"),
        )
        .outerjoin(TillSession, TillSession.open_till_id == Till.id)
        .outerjoin(TillDevice, TillDevice.till_id == Till.id)
        .where(Till.edition_id == edition_id, Till.training.is_(False))
        .group_by(Till.id, Till.number)
        .order_by(Till.number)
    )
    return [
        LiveTill(
            f"C{row.number}",
            till_status(row.session_id is not None, row.seen, now),
            sales.get(row.id, 0),
            int(row.pending),
            row.seen,
        )
        for row in rows
    ]
