"""Reading for paper till sheets: the sessions they belong to, the article of a code, what was typed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item
from app.deposits.wording import item_words
from app.editions.models import Edition, Till
from app.sales.models import (
    LineState,
    Payment,
    PaymentMethod,
    Sale,
    SaleLine,
    SaleOrigin,
    TillSession,
)
from app.sales.queries.totals import SoldAt, sold_where


@dataclass(frozen=True, slots=True)
class PaperItem:
    """The article a code names. `sold`: where and when it was sold already."""

    code: str
    title: str
    detail: str
    price_cents: int
    sold: SoldAt | None


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line typed in, at the price charged (cents)."""

    what: str
    price_cents: int
    sold_at: datetime
    method: PaymentMethod
    state: LineState


def paper_sessions(edition_id: int) -> list[TillSession]:
    """Sessions a sheet may belong to, newest first; training tills have none."""
    return list(
        db.session.scalars(
            select(TillSession)
            .join(Till, Till.id == TillSession.till_id)
            .options(joinedload(TillSession.till), joinedload(TillSession.volunteer))
            .where(TillSession.edition_id == edition_id, Till.training.is_(False))
            .order_by(TillSession.opened_at.desc())
        )
    )


def paper_session(edition_id: int, session_id: int) -> TillSession:
    """One of them; raises NotFound."""
    for session in paper_sessions(edition_id):
        if session.id == session_id:
            return session
    raise NotFound("Cette session de caisse n’existe pas.")


def item_of_code(edition: Edition, code: str) -> PaperItem | None:
    """The article that bears this code in the edition, whatever its state."""
    item = db.session.scalars(
        select(Item).where(Item.edition_id == edition.id, Item.code == code)
    ).one_or_none()
    if item is None:
        return None
    words = item_words(edition.rulebook, item)
    sold = sold_where(edition.id, [item.id]).get(item.id)
    return PaperItem(code, words.title, words.details, item.price_cents, sold)


def typed_in(session_id: int) -> list[TypedLine]:
    """What was typed in for a session, the latest first."""
    rows = db.session.execute(
        select(
            SaleLine.code,
            SaleLine.description,
            SaleLine.price_cents,
            Sale.sold_at,
            Payment.method,
            SaleLine.state,
        )
        .join(Sale, Sale.id == SaleLine.sale_id)
        .join(Payment, Payment.sale_id == Sale.id)
        .where(Sale.session_id == session_id, Sale.origin == SaleOrigin.PAPER, Payment.void_id.is_(None))
        .order_by(Sale.id.desc())
    )
    return [
        TypedLine(_name(code, description), price, sold_at, method, state)
        for code, description, price, sold_at, method, state in rows
    ]


def _name(code: str, description: str | None) -> str:
    return description or f"{int(code[2:6])}-{code[6:8]}"
