"""Sales written straight into the database, for tests of what is made of them (payouts, dashboard)."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.editions.models import Till
from app.sales.models import (
    JournalEntry,
    LineState,
    Payment,
    PaymentMethod,
    Sale,
    SaleLine,
    SaleTally,
    SaleVoid,
    TillSession,
    Verdict,
)
from app.sales.services.tallies import keep_tallies

_seqs = count(1)


def sell(
    till: Till,
    items: Sequence[Item],
    method: PaymentMethod = PaymentMethod.CASH,
    *,
    session: TillSession | None = None,
    at: datetime | None = None,
) -> Sale:
    """One paid sale of these items at their price, as the sync would have stored it."""
    sale = _new_sale(till, sum(item.price_cents for item in items), session, at or utcnow())
    for item in items:
        item.state = ItemState.SOLD
        _add_line(sale, item.price_cents, LineState.ACTIVE, item)
    _pay(sale, method, sale.total_cents)
    _finish(sale)
    return sale


def sell_unknown(till: Till, price_cents: int, code: str = "9999999999") -> Sale:
    """A paid sale of something whose code nobody knows."""
    sale = _new_sale(till, price_cents, None, utcnow())
    _add_line(sale, price_cents, LineState.ACTIVE, None, code)
    _pay(sale, PaymentMethod.CASH, price_cents)
    _finish(sale)
    return sale


def sell_twice(till: Till, item: Item) -> Sale:
    """A second paid sale of a sold item: its line is the loser, to be refunded."""
    sale = _new_sale(till, item.price_cents, None, utcnow())
    _add_line(sale, item.price_cents, LineState.CONFLICT, item)
    _pay(sale, PaymentMethod.CASH, item.price_cents)
    _finish(sale)
    return sale


def void(sale: Sale, refund: bool = True) -> None:
    """Void the whole sale and give the money back in cash."""
    row = SaleVoid(edition_id=sale.edition_id, sale_id=sale.id, reason="erreur", voided_at=utcnow())
    db.session.add(row)
    db.session.flush()
    for line in sale.lines:
        line.state, line.active_item_id, line.void_id = LineState.VOID, None, row.id
        if line.item:
            line.item.state = ItemState.ON_SALE
    if refund:
        _pay(sale, PaymentMethod.CASH, -sale.total_cents, row)
    _finish(sale)


def tallies_of(edition_id: int) -> list[tuple[Any, ...]]:
    """Till, hour, sales, items, cents sold and private, then taken in cash, by card, by cheque; in order."""
    columns = (
        SaleTally.till_id,
        SaleTally.hour,
        SaleTally.sales,
        SaleTally.items,
        SaleTally.amount_cents,
        SaleTally.private_cents,
        SaleTally.cash_cents,
        SaleTally.card_cents,
        SaleTally.cheque_cents,
    )
    of_edition = select(*columns).where(SaleTally.edition_id == edition_id).order_by(*columns[:2])
    return [tuple(row) for row in db.session.execute(of_edition)]


def _finish(sale: Sale) -> None:
    db.session.flush()
    keep_tallies([sale.id])


def _new_sale(till: Till, total_cents: int, session: TillSession | None, at: datetime) -> Sale:
    seq = next(_seqs)
    entry = JournalEntry(
        till_id=till.id,
        uuid=str(uuid.uuid4()),
        seq=seq,
        kind="sale",
        payload="{}",
        payload_hash="0" * 64,
        mac="0" * 64,
        verdict=Verdict.CONFIRMED,
    )
    db.session.add(entry)
    db.session.flush()
    sale = Sale(
        edition_id=till.edition_id,
        entry_id=entry.id,
        till_id=till.id,
        session_id=session.id if session else None,
        uuid=entry.uuid,
        seq=seq,
        sold_at=at,
        total_cents=total_cents,
    )
    db.session.add(sale)
    db.session.flush()
    return sale


def _add_line(
    sale: Sale, price_cents: int, state: LineState, item: Item | None, code: str | None = None
) -> None:
    owner = item.id if item and state is LineState.ACTIVE else None
    sale.lines.append(
        SaleLine(
            edition_id=sale.edition_id,
            item=item,
            item_id=item.id if item else None,
            active_item_id=owner,
            code=code or (item.code if item else "") or "0000000000",
            price_cents=price_cents,
            state=state,
        )
    )


def _pay(sale: Sale, method: PaymentMethod, cents: int, of_void: SaleVoid | None = None) -> None:
    db.session.add(
        Payment(
            edition_id=sale.edition_id,
            sale_id=sale.id,
            session_id=sale.session_id,
            void_id=of_void.id if of_void else None,
            method=method,
            amount_cents=cents,
            at=sale.sold_at,
        )
    )
