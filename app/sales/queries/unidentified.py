"""What was sold without anybody knowing which item it was, and what a manager made of it since."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.core.codes import format_code
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item, ItemList
from app.editions.models import Till
from app.sales.models import LineState, Sale, SaleLine

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class UnidentifiedLine:
    """A paid line whose label named no item. Price in cents as charged, times UTC; `item` once somebody said
    which it was, with the number of its list."""

    line_id: int
    sale_id: int
    till: str
    seller: str
    sold_at: datetime
    price_cents: int
    code: str
    description: str
    state: LineState
    item: Item | None
    number: int | None
    assigned_by: str
    assigned_at: datetime | None

    @property
    def title(self) -> str:
        """What the till said of it: words, or the label that nobody knows."""
        return self.description or f"Étiquette inconnue {format_code(self.code)}"

    @property
    def item_id(self) -> int | None:
        return self.item.id if self.item else None


@dataclass(frozen=True, slots=True)
class UnidentifiedPage:
    """One page, with the count and the sum (cents) of all."""

    rows: list[UnidentifiedLine]
    total: int
    amount_cents: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def unidentified_page(edition_id: int, page: int = 1) -> UnidentifiedPage:
    """Sold, not taken back, and nobody knows yet which item it was; oldest first."""
    total, amount = db.session.execute(
        select(func.count(), func.coalesce(func.sum(SaleLine.price_cents), 0)).where(*_waiting(edition_id))
    ).one()
    page = min(max(page, 1), max(1, -(-total // PER_PAGE)))
    statement = _lines().where(*_waiting(edition_id)).order_by(Sale.sold_at, SaleLine.id)
    rows = db.session.execute(statement.limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    return UnidentifiedPage([_line(row) for row in rows], total, int(amount), page)


def count_unidentified(edition_id: int) -> int:
    """How many lines wait for somebody to say which item they were."""
    return db.session.scalar(select(func.count()).select_from(SaleLine).where(*_waiting(edition_id))) or 0


def assigned_lines(edition_id: int) -> list[UnidentifiedLine]:
    """The latest lines that a manager gave an item, newest first; at most a page of them."""
    statement = _lines().where(
        SaleLine.edition_id == edition_id,
        SaleLine.assigned_at.is_not(None),
        SaleLine.state != LineState.VOID,
        _names_nothing(),
    )
    rows = db.session.execute(statement.order_by(SaleLine.assigned_at.desc()).limit(PER_PAGE))
    return [_line(row) for row in rows]


def get_unidentified(edition_id: int, line_id: int) -> UnidentifiedLine:
    """One line whose label named no item, whatever became of it; raises NotFound for any other."""
    statement = _lines().where(SaleLine.edition_id == edition_id, SaleLine.id == line_id, _names_nothing())
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("Cette vente n’est pas à identifier.")
    return _line(row)


def _waiting(edition_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        SaleLine.edition_id == edition_id,
        SaleLine.item_id.is_(None),
        SaleLine.state == LineState.ACTIVE,
    )


def _names_nothing() -> ColumnElement[bool]:
    """Of a SaleLine: sold without a code, or with one that is no item's."""
    labelled = aliased(Item)
    own = exists().where(labelled.edition_id == SaleLine.edition_id, labelled.code == SaleLine.code)
    return SaleLine.item_id.is_(None) | (SaleLine.assigned_at.is_not(None) & ~own)


_manager, _seller = aliased(User), aliased(User)


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(SaleLine, Sale.sold_at, Till, _seller, Item, ItemList.number, _manager)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .outerjoin(_seller, _seller.id == Sale.volunteer_id)
        .outerjoin(Item, Item.id == SaleLine.item_id)
        .outerjoin(ItemList, ItemList.id == Item.list_id)
        .outerjoin(_manager, _manager.id == SaleLine.assigned_by_id)
    )


def _line(row: Any) -> UnidentifiedLine:
    line, sold_at, till, seller, item, number, manager = row
    return UnidentifiedLine(
        line_id=line.id,
        sale_id=line.sale_id,
        till=till.name,
        seller=seller.full_name if seller else "",
        sold_at=sold_at,
        price_cents=line.price_cents,
        code=line.code,
        description=line.description or "",
        state=line.state,
        item=item,
        number=number,
        assigned_by=manager.full_name if manager else "",
        assigned_at=line.assigned_at,
    )
