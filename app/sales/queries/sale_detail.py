"""One sale with everything that happened to it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item, ItemList
from app.editions.models import Till
from app.sales.models import (
    JournalEntry,
    LineState,
    Payment,
    PaymentMethod,
    Sale,
    SaleLine,
    SaleOrigin,
    SaleVoid,
    SyncConflict,
    TillSession,
)
from app.sales.queries.sales import article_name, paid_and_left


@dataclass(frozen=True, slots=True)
class DetailLine:
    """`name` as people say it, `item` where it is known, `conflict_id` when it was paid twice."""

    id: int
    name: str
    code: str
    item: Item | None
    number: int | None
    price_cents: int
    state: LineState
    conflict_id: int | None


@dataclass(frozen=True, slots=True)
class DetailPayment:
    """Money taken, or given back (negative), in cents, in the session of the till named; time UTC."""

    method: PaymentMethod
    amount_cents: int
    tendered_cents: int | None
    at: datetime
    till: str | None
    is_refund: bool


@dataclass(frozen=True, slots=True)
class DetailVoid:
    at: datetime
    by: str | None
    reason: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SaleDetail:
    """`left`: paid by method and not given back yet, cents. `session_is_open`: that of the sale."""

    sale: Sale
    till: Till
    volunteer: str | None
    entered_by: str | None
    lines: list[DetailLine]
    payments: list[DetailPayment]
    voids: list[DetailVoid]
    flags: tuple[str, ...]
    left: dict[PaymentMethod, int]
    session_is_open: bool

    @property
    def ticket(self) -> str:
        return f"{self.till.name}-{self.sale.seq}"

    @property
    def is_paper(self) -> bool:
        return self.sale.origin is SaleOrigin.PAPER

    @property
    def lines_left(self) -> list[DetailLine]:
        return [line for line in self.lines if line.state is not LineState.VOID]


def get_sale_detail(edition_id: int, sale_id: int) -> SaleDetail:
    """A sale of an edition, in five queries; raises NotFound."""
    seller, typist = aliased(User), aliased(User)
    row = db.session.execute(
        select(Sale, Till, seller, typist, TillSession, JournalEntry)
        .join(Till, Till.id == Sale.till_id)
        .join(JournalEntry, JournalEntry.id == Sale.entry_id)
        .outerjoin(seller, seller.id == Sale.volunteer_id)
        .outerjoin(typist, typist.id == Sale.entered_by_id)
        .outerjoin(TillSession, TillSession.id == Sale.session_id)
        .where(Sale.id == sale_id, Sale.edition_id == edition_id)
    ).one_or_none()
    if row is None:
        raise NotFound("Cette vente n’existe pas dans cette édition.")
    sale, till, sold_by, typed_by, session, entry = row
    lines, of_void = _lines(sale.id)
    return SaleDetail(
        sale=sale,
        till=till,
        volunteer=sold_by.full_name if sold_by else None,
        entered_by=typed_by.full_name if typed_by else None,
        lines=lines,
        payments=_payments(sale.id),
        voids=_voids(sale.id, of_void),
        flags=tuple(str(flag["reason"]) for flag in entry.details.get("flags", [])),
        left=paid_and_left(sale.id),
        session_is_open=session is not None and session.closed_at is None,
    )


def _lines(sale_id: int) -> tuple[list[DetailLine], dict[int, list[str]]]:
    rows = db.session.execute(
        select(SaleLine, Item, ItemList.number, SyncConflict.id)
        .outerjoin(Item, Item.id == SaleLine.item_id)
        .outerjoin(ItemList, ItemList.id == Item.list_id)
        .outerjoin(SyncConflict, SyncConflict.loser_line_id == SaleLine.id)
        .where(SaleLine.sale_id == sale_id)
        .order_by(SaleLine.id)
    )
    lines: list[DetailLine] = []
    of_void: dict[int, list[str]] = {}
    for line, item, number, conflict_id in rows:
        name = article_name(line.code, line.description, number, item.line if item else None)
        if line.void_id:
            of_void.setdefault(line.void_id, []).append(name)
        lines.append(
            DetailLine(line.id, name, line.code, item, number, line.price_cents, line.state, conflict_id)
        )
    return lines, of_void


def _payments(sale_id: int) -> list[DetailPayment]:
    rows = db.session.execute(
        select(Payment, Till)
        .outerjoin(TillSession, TillSession.id == Payment.session_id)
        .outerjoin(Till, Till.id == TillSession.till_id)
        .where(Payment.sale_id == sale_id)
        .order_by(Payment.id)
    )
    return [
        DetailPayment(
            payment.method,
            payment.amount_cents,
            payment.tendered_cents,
            payment.at,
            till.name if till else None,
            payment.void_id is not None,
        )
        for payment, till in rows
    ]


def _voids(sale_id: int, names: dict[int, list[str]]) -> list[DetailVoid]:
    rows = db.session.execute(
        select(SaleVoid, User)
        .outerjoin(User, User.id == SaleVoid.by_id)
        .where(SaleVoid.sale_id == sale_id)
        .order_by(SaleVoid.id)
    )
    return [
        DetailVoid(
            void.voided_at, user.full_name if user else None, void.reason, tuple(names.get(void.id, ()))
        )
        for void, user in rows
    ]
