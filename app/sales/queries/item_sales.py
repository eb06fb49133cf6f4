"""Every time an item was sold, voids and conflicts included."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.core.db import db
from app.editions.models import Till
from app.sales.models import ConflictResolution, LineState, Sale, SaleLine, SaleVoid, SyncConflict


@dataclass(frozen=True, slots=True)
class ItemSale:
    """One line of a sale; the `void…` fields when it was cancelled. `price_cents` as charged, times UTC.

    `resolution`: how it was settled when another sale of the item came first."""

    till: str
    volunteer: str | None
    sold_at: datetime
    price_cents: int
    state: LineState
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str | None
    resolution: ConflictResolution | None


def sales_of_item(item_id: int) -> list[ItemSale]:
    """Oldest first."""
    seller, voider = aliased(User), aliased(User)
    rows = db.session.execute(
        select(SaleLine, Sale, Till, seller, SaleVoid, voider, SyncConflict.resolution)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .outerjoin(seller, seller.id == Sale.volunteer_id)
        .outerjoin(SaleVoid, SaleVoid.id == SaleLine.void_id)
        .outerjoin(voider, voider.id == SaleVoid.by_id)
        .outerjoin(SyncConflict, SyncConflict.loser_line_id == SaleLine.id)
        .where(SaleLine.item_id == item_id)
        .order_by(Sale.sold_at, SaleLine.id)
    )
    return [
        ItemSale(
            till=till.name,
            volunteer=_name(sold_by),
            sold_at=sale.sold_at,
            price_cents=line.price_cents,
            state=line.state,
            voided_at=void.voided_at if void else None,
            voided_by=_name(voided_by),
            void_reason=void.reason if void else None,
            resolution=resolution,
        )
        for line, sale, till, sold_by, void, voided_by, resolution in rows
    ]


def _name(user: User | None) -> str | None:
    return user.full_name if user else None
