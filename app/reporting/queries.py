"""The sale as it goes, for the live dashboard: five queries whatever the number of sales."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, case, cast, func, select

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
from app.sales.models import LineState, PaymentMethod, Sale, SaleLine, TillDevice, TillSession
from app.sales.queries import count_open_conflicts, payments_by_method

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


@dataclass(frozen=True)
class _SoldAtTill:
    """Sales not voided of one till in one hour."""

    till_id: int
    hour: datetime
    sales: int
    items: int
    cents: int
    recent: int


def live_figures(edition_id: int, now: datetime) -> LiveFigures:
    """The dashboard of an edition at `now` (UTC). Training tills are no part of it."""
    sold = _sold(edition_id, now)
    by_hour: dict[datetime, int] = defaultdict(int)
    by_till: dict[int, int] = defaultdict(int)
    for each in sold:
        by_hour[each.hour] += each.sales
        by_till[each.till_id] += each.sales
    items = _items_by_state(edition_id)
    return LiveFigures(
        at=now,
        sales=sum(each.sales for each in sold),
        items_sold=sum(each.items for each in sold),
        amount_cents=sum(each.cents for each in sold),
        per_minute=per_minute(sum(each.recent for each in sold)),
        remaining=items.get(ItemState.ON_SALE, 0),
        offered=sum(items.get(state, 0) for state in OFFERED),
        tills=_tills(edition_id, by_till, now),
        payments=payments_by_method(edition_id),
        open_conflicts=count_open_conflicts(edition_id),
        hours=hours_of_last_day(by_hour),
    )


def _sold(edition_id: int, now: datetime) -> list[_SoldAtTill]:
    # "2026-11-21 09" on both databases; French hours are whole hours away from UTC.
    hour = func.substr(cast(Sale.sold_at, String(32)), 1, 13)
    recent = case((Sale.sold_at > now - PACE_WINDOW, Sale.id))
    rows = db.session.execute(
        select(
            Sale.till_id,
            hour,
            func.count(Sale.id.distinct()),
            func.count(),
            func.sum(SaleLine.price_cents),
            func.count(recent.distinct()),
        )
        .join(Sale, Sale.id == SaleLine.sale_id)
        .where(SaleLine.edition_id == edition_id, SaleLine.state == LineState.ACTIVE)
        .group_by(Sale.till_id, hour)
    )
    return [
        _SoldAtTill(
            till_id,
            to_paris(datetime.fromisoformat(f"{text}:00:00+00:00")),
            sales,
            items,
            int(cents),
            recent_sales,
        )
        for till_id, text, sales, items, cents, recent_sales in rows
    ]


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
