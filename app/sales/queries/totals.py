"""Reading sales: totals, and what each depositor sold. Training tills leave no sale to count."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from app.accounts.models import User
from app.accounts.names import short_name
from app.core.db import db
from app.deposits.models import Item, ItemList
from app.editions.models import Till
from app.sales.models import (
    LineState,
    Payment,
    PaymentMethod,
    Sale,
    SaleLine,
)


@dataclass(frozen=True, slots=True)
class SoldLine:
    """An item sold for a depositor, at the price charged (cents)."""

    registration_id: int
    item_id: int
    line_id: int
    price_cents: int
    sold_at: datetime


@dataclass(frozen=True, slots=True)
class SoldAt:
    """Where and when an item was sold, and by whom: `Odile M.`, empty when nobody knows."""

    till_number: int
    sold_at: datetime
    seller: str = ""


def payments_by_method(edition_id: int) -> dict[PaymentMethod, int]:
    """Money taken minus money given back, in cents, every method present. Includes conflicts not refunded."""
    rows = db.session.execute(
        select(Payment.method, func.sum(Payment.amount_cents))
        .where(Payment.edition_id == edition_id)
        .group_by(Payment.method)
    )
    return dict.fromkeys(PaymentMethod, 0) | {method: int(cents) for method, cents in rows}


def sold_lines(edition_id: int, registration_id: int | None = None) -> list[SoldLine]:
    """Active sale lines of every depositor (or of one), grouped by registration then in order of label."""
    statement = (
        select(ItemList.registration_id, Item.id, SaleLine.id, SaleLine.price_cents, Sale.sold_at)
        .select_from(ItemList)
        .join(Item, Item.list_id == ItemList.id)
        .join(SaleLine, SaleLine.active_item_id == Item.id)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .order_by(ItemList.registration_id, Item.code)
    )
    if registration_id is None:
        statement = statement.where(*_active(edition_id))
    else:
        # A line that owns its item is active: by the items, a depositor's few lines are found at once.
        statement = statement.where(
            ItemList.edition_id == edition_id, ItemList.registration_id == registration_id
        )
    return [SoldLine(*row) for row in db.session.execute(statement)]


def sold_cents_by_registration(edition_id: int) -> dict[int, int]:
    """Gross sales per registration, in cents; who sold nothing is absent."""
    rows = db.session.execute(
        select(ItemList.registration_id, func.sum(SaleLine.price_cents))
        .join(Item, Item.id == SaleLine.active_item_id)
        .join(ItemList, ItemList.id == Item.list_id)
        .where(*_active(edition_id))
        .group_by(ItemList.registration_id)
    )
    return {registration_id: int(cents) for registration_id, cents in rows}


def sold_where(edition_id: int, item_ids: Collection[int] | None = None) -> dict[int, SoldAt]:
    """Till, moment and seller of each sold item, by item id; of the whole edition, or of these items."""
    statement = (
        select(SaleLine.active_item_id, Till.number, Sale.sold_at, User.first_name, User.last_name)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .outerjoin(User, User.id == Sale.volunteer_id)
        .where(SaleLine.edition_id == edition_id, SaleLine.active_item_id.is_not(None))
    )
    if item_ids is not None:
        statement = statement.where(SaleLine.active_item_id.in_(item_ids))
    return {
        item_id: SoldAt(number, at, short_name(first, last))
        for item_id, number, at, first, last in db.session.execute(statement)
        if item_id
    }


def _active(edition_id: int) -> tuple[ColumnElement[bool], ...]:
    return SaleLine.edition_id == edition_id, SaleLine.state == LineState.ACTIVE
