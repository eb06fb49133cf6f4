"""The sale as it goes, for the live dashboard: six queries over few rows, however many sales there are."""

from collections import defaultdict
from collections.abc import Iterable
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
from app.sales.queries import TillState, count_open_conflicts

_SUMMED = ("sales", "items", "amount_cents", "private_cents", "cash_cents", "card_cents", "cheque_cents")
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
    by_till = _sums_by_till(edition_id)
    total = {name: sum(sums[name] for sums in by_till.values()) for name in _SUMMED}
    items = _items_by_state(edition_id)
    return LiveFigures(
        at=now,
        sales=total["sales"],
        items_sold=total["items"],
        amount_cents=total["amount_cents"],
        private_cents=total["private_cents"],
        per_minute=per_minute(_recent_sales(edition_id, now)),
        remaining=items.get(ItemState.ON_SALE, 0),
        offered=sum(items.get(state, 0) for state in OFFERED),
        tills=_tills(edition_id, {till_id: sums["sales"] for till_id, sums in by_till.items()}, now),
        payments={
            PaymentMethod.CASH: total["cash_cents"],
            PaymentMethod.CARD: total["card_cents"],
            PaymentMethod.CHEQUE: total["cheque_cents"],
        },
        open_conflicts=count_open_conflicts(edition_id),
        hours=hours_of_last_day(_sales_by_hour(edition_id)),
    )


def _sums_by_till(edition_id: int) -> dict[int, dict[str, int]]:
    """What each till tallied, by the id of the till and the name of the figure."""
    sums = [func.sum(getattr(SaleTally, name)) for name in _SUMMED]
    rows = db.session.execute(
        select(SaleTally.till_id, *sums).where(SaleTally.edition_id == edition_id).group_by(SaleTally.till_id)
    )
    return {
        till_id: {name: int(figure) for name, figure in zip(_SUMMED, figures, strict=True)}
        for till_id, *figures in rows
    }


def _sales_by_hour(edition_id: int) -> dict[datetime, int]:
    """Sales by hour in French time, hours without any left out."""
    rows = db.session.execute(
        select(SaleTally.hour, func.sum(SaleTally.sales))
        .where(SaleTally.edition_id == edition_id, SaleTally.sales > 0)
        .group_by(SaleTally.hour)
    )
    by_hour: dict[datetime, int] = defaultdict(int)
    for hour, sales in rows:
        by_hour[to_paris(hour)] += int(sales)
    return by_hour


def out_of_reach(tills: Iterable[TillState], now: datetime) -> set[int]:
    """Ids of the open tills that are not heard: what was last known of them may no longer be so."""
    return {
        till.till_id
        for till in tills
        if till_status(till.is_open, till.last_seen_at, now) is TillStatus.OFFLINE
    }


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
