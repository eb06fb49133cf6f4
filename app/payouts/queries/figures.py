"""What a figure of the books is made of, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from app.core.codes import short_number
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item, ItemList
from app.deposits.wording import item_words
from app.editions.models import Edition, Till
from app.editions.rulebook import Rulebook
from app.payouts.models import PAYOUT_STATE_LABELS
from app.payouts.queries.payout_figures import PAYOUT_FIGURES, payout_lines
from app.sales.models import LineState, Payment, PaymentMethod, Sale, SaleLine
from app.sales.queries.conflicts import is_kept

PAGE_SIZE = 100
# Name in the address → title.
FIGURES = {
    "especes": "Paiements en espèces",
    "cartes": "Paiements par carte",
    "cheques": "Paiements par chèque",
    "vendus": "Articles vendus",
    "inconnus": "Articles non reconnus, encaissés",
    "doubles": "Articles payés deux fois, à rembourser",
    "gardes": "Articles payés deux fois, dont le client n’est pas revenu",
    "ecarts": "Tickets dont les paiements ne font pas la somme des articles",
    **PAYOUT_FIGURES,
}
_METHODS = {"especes": PaymentMethod.CASH, "cartes": PaymentMethod.CARD, "cheques": PaymentMethod.CHEQUE}


@dataclass(frozen=True)
class FigureLine:
    """`name` is the receipt (`C3-152`), or the depositor of `registration_id`; `amount_cents` is signed."""

    at: datetime
    name: str
    label: str
    amount_cents: int
    registration_id: int | None = None


@dataclass(frozen=True)
class FigurePage:
    """`total_cents` and `count` are of the whole figure, not of the page."""

    title: str
    lines: list[FigureLine]
    count: int
    total_cents: int
    page: int
    pages: int
    # Of the payouts, a line a depositor; otherwise of the sales.
    by_depositor: bool


def figure_page(edition: Edition, figure: str, page: int = 1, session_id: int | None = None) -> FigurePage:
    """The lines of one of FIGURES: sales newest first, depositors by name; `session_id` narrows payments to
    one till session.

    NotFound for an unknown figure.
    """
    if figure not in FIGURES:
        raise NotFound("Ce chiffre n’existe pas.")
    if figure in _METHODS:
        statement = _newest_first(_payments(edition.id, _METHODS[figure], session_id))
    elif figure in PAYOUT_FIGURES:
        statement = payout_lines(edition.id, figure)
    elif figure == "ecarts":
        statement = _newest_first(_gaps(edition.id))
    else:
        statement = _newest_first(_lines(edition.id, figure))
    table = statement.order_by(None).subquery()
    count, total = db.session.execute(
        select(func.count(), func.coalesce(func.sum(table.c.cents), 0)).select_from(table)
    ).one()
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(1, page), pages)
    rows = db.session.execute(statement.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    book = edition.rulebook
    lines = [_line(book, row) for row in rows]
    return FigurePage(FIGURES[figure], lines, count, int(total), page, pages, figure in PAYOUT_FIGURES)


def _newest_first(statement: Select[Any]) -> Select[Any]:
    columns = statement.selected_columns
    return statement.order_by(columns.at.desc(), columns.seq.desc())


def _payments(edition_id: int, method: PaymentMethod, session_id: int | None) -> Select[Any]:
    statement = (
        select(Payment.at.label("at"), Till.number.label("till"), Sale.seq.label("seq"))
        .add_columns(Payment.void_id.label("void_id"), Payment.amount_cents.label("cents"))
        .join(Sale, Sale.id == Payment.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .where(Payment.edition_id == edition_id, Payment.method == method)
    )
    return statement if session_id is None else statement.where(Payment.session_id == session_id)


def _lines(edition_id: int, figure: str) -> Select[Any]:
    twice = figure in ("doubles", "gardes")
    state = LineState.CONFLICT if twice else LineState.ACTIVE
    statement = (
        select(Sale.sold_at.label("at"), Till.number.label("till"), Sale.seq.label("seq"))
        .add_columns(SaleLine.code.label("code"), SaleLine.price_cents.label("cents"))
        .add_columns(ItemList.number.label("number"), Item)
        .select_from(SaleLine)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .outerjoin(Item, Item.id == SaleLine.item_id)
        .outerjoin(ItemList, ItemList.id == Item.list_id)
        .where(SaleLine.edition_id == edition_id, SaleLine.state == state)
    )
    if twice:
        return statement.where(is_kept() if figure == "gardes" else ~is_kept())
    if figure == "vendus":
        return statement.where(SaleLine.item_id.is_not(None))
    return statement.where(SaleLine.item_id.is_(None))


def _gaps(edition_id: int) -> Select[Any]:
    payment, line = aliased(Payment), aliased(SaleLine)
    paid = func.coalesce(
        select(func.sum(payment.amount_cents)).where(payment.sale_id == Sale.id).scalar_subquery(), 0
    )
    bought = func.coalesce(
        select(func.sum(line.price_cents))
        .where(line.sale_id == Sale.id, line.state != LineState.VOID)
        .scalar_subquery(),
        0,
    )
    return (
        select(Sale.sold_at.label("at"), Till.number.label("till"), Sale.seq.label("seq"))
        .add_columns((paid - bought).label("cents"))
        .join(Till, Till.id == Sale.till_id)
        .where(Sale.edition_id == edition_id, paid != bought)
    )


def _line(book: Rulebook, row: Row[Any]) -> FigureLine:
    if "registration_id" in row._fields:
        name, state = f"{row.last_name} {row.first_name}".strip(), PAYOUT_STATE_LABELS[row.state]
        return FigureLine(row.at, name, state, int(row.cents), row.registration_id)
    return FigureLine(row.at, f"C{row.till}-{row.seq}", _label(book, row), int(row.cents))


def _label(book: Rulebook, row: Row[Any]) -> str:
    if "void_id" in row._fields:
        return "Remboursement" if row.void_id else "Encaissement"
    if "code" not in row._fields:
        return "Ticket à vérifier"
    if row.Item is None:
        return f"Code {row.code}"
    return f"{short_number(row.number, row.Item.line)} {item_words(book, row.Item).full}"
