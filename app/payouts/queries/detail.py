"""One depositor's payout with all it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import User
from app.core.codes import short_number
from app.core.db import db
from app.deposits.models import Item, ItemList, ItemState
from app.deposits.wording import item_words
from app.editions.models import Edition, Till
from app.editions.rulebook import Rulebook
from app.payouts.models import Payout, PayoutAdjustment
from app.payouts.queries.ledger import DEPOSITED, LedgerRow, get_ledger_row
from app.sales.models import Sale, SaleLine


@dataclass(frozen=True)
class PayoutItem:
    """An item that was in the sale. Sold: `price_cents` is what was charged, with when and at which till."""

    item_id: int
    number: str
    title: str
    price_cents: int
    state: ItemState
    sold_at: datetime | None
    till: str | None

    @property
    def is_sold(self) -> bool:
        return self.sold_at is not None


@dataclass(frozen=True)
class PayoutDetail:
    """`payout` None: à calculer. `approved_by`, `paid_by`: who did it, when it was done."""

    row: LedgerRow
    payout: Payout | None
    approved_by: str | None
    paid_by: str | None
    items: Sequence[PayoutItem]
    adjustments: Sequence[PayoutAdjustment]

    @property
    def sold(self) -> list[PayoutItem]:
        return [item for item in self.items if item.is_sold]

    @property
    def unsold(self) -> list[PayoutItem]:
        return [item for item in self.items if not item.is_sold]


def payout_detail(edition: Edition, registration_id: int) -> PayoutDetail:
    """Everything about one payout, in four queries; raises NotFound."""
    row = get_ledger_row(edition, registration_id)
    approver, payer = aliased(User), aliased(User)
    found = db.session.execute(
        select(Payout, approver, payer)
        .outerjoin(approver, approver.id == Payout.approved_by_id)
        .outerjoin(payer, payer.id == Payout.paid_by_id)
        .where(Payout.registration_id == registration_id)
    ).one_or_none()
    payout, approved_by, paid_by = found if found else (None, None, None)
    return PayoutDetail(
        row=row,
        payout=payout,
        approved_by=approved_by.full_name if approved_by else None,
        paid_by=paid_by.full_name if paid_by else None,
        items=_items(edition.rulebook, registration_id),
        adjustments=list_adjustments(registration_id),
    )


def list_adjustments(registration_id: int) -> Sequence[PayoutAdjustment]:
    """The corrections of one payout with their authors, oldest first."""
    return db.session.scalars(
        select(PayoutAdjustment)
        .options(joinedload(PayoutAdjustment.author))
        .where(PayoutAdjustment.registration_id == registration_id)
        .order_by(PayoutAdjustment.created_at, PayoutAdjustment.id)
    ).all()


def _items(book: Rulebook, registration_id: int) -> list[PayoutItem]:
    rows = db.session.execute(
        select(Item, ItemList.number, SaleLine.price_cents, Sale.sold_at, Till.number.label("till"))
        .join(ItemList, ItemList.id == Item.list_id)
        .outerjoin(SaleLine, SaleLine.active_item_id == Item.id)
        .outerjoin(Sale, Sale.id == SaleLine.sale_id)
        .outerjoin(Till, Till.id == Sale.till_id)
        .where(ItemList.registration_id == registration_id, Item.state.in_(DEPOSITED))
        .order_by(ItemList.number, Item.line)
    )
    return [_item(book, row) for row in rows]


def _item(book: Rulebook, row: Any) -> PayoutItem:
    item, number, charged, sold_at, till = row
    return PayoutItem(
        item_id=item.id,
        number=short_number(number, item.line),
        title=item_words(book, item).full,
        price_cents=item.price_cents if charged is None else charged,
        state=item.state,
        sold_at=sold_at,
        till=f"C{till}" if till else None,
    )
