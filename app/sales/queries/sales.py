"""The sales of an edition as a manager looks for them: by till, hour, label, amount, what became of them."""

import enum
import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.accounts.models import User
from app.core.codes import InvalidCode, parse_code, parse_short, short_number
from app.core.dates import from_paris, to_paris
from app.core.db import db
from app.core.search import contains
from app.deposits.models import Item, ItemList
from app.editions.models import Edition, Till
from app.sales.models import LineState, Payment, PaymentMethod, Sale, SaleLine, SaleOrigin

PER_PAGE = 100
_TICKET = re.compile(r"[cC]\s*(\d{1,2})\s*-\s*(\d{1,9})")


class SaleMark(enum.StrEnum):
    """What a sale is looked for by: something of it is worth its money, void, in conflict, or unnamed."""

    ACTIVE = "active"
    VOID = "void"
    CONFLICT = "conflict"
    TO_IDENTIFY = "to_identify"


@dataclass(frozen=True, slots=True)
class SaleFilter:
    """What is looked for; empty fields do not narrow. Amounts in cents, both ends included; `day` and `hour`
    on a wall clock in France; `text` is a label code, `245-03`, a ticket (`C3-152`) or words of an item that
    has no label."""

    text: str = ""
    till_id: int | None = None
    day: date | None = None
    hour: int | None = None
    cents_from: int | None = None
    cents_to: int | None = None
    mark: SaleMark | None = None


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One sale: `what` names its first articles, `articles` counts them all. Times UTC, cents."""

    id: int
    ticket: str
    volunteer: str | None
    sold_at: datetime
    total_cents: int
    what: tuple[str, ...]
    articles: int
    methods: tuple[PaymentMethod, ...]
    marks: frozenset[SaleMark]
    offline: bool
    paper: bool


@dataclass(frozen=True, slots=True)
class SalesPage:
    rows: list[SaleRow]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def search_sales(edition: Edition, wanted: SaleFilter, page: int = 1) -> SalesPage:
    """The sales of a page, newest first, in three queries."""
    page = max(1, page)
    statement = _found(edition, wanted).add_columns(func.count().over())
    rows = db.session.execute(
        statement.order_by(Sale.sold_at.desc(), Sale.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    ).all()
    if not rows and page > 1:
        return search_sales(edition, wanted)
    ids = [row[0].id for row in rows]
    lines, methods = _lines(ids), paid_by(ids)
    shown = [_row(sale, till, user, lines[sale.id], methods.get(sale.id, ())) for sale, till, user, _ in rows]
    return SalesPage(shown, rows[0][-1] if rows else 0, page)


def tills_with_sales(edition_id: int) -> list[Till]:
    """The tills of the sale, by number."""
    statement = select(Till).where(Till.edition_id == edition_id, Till.training.is_(False))
    return list(db.session.scalars(statement.order_by(Till.number)))


def sale_days(edition: Edition) -> list[date]:
    """The days of the sale in France."""
    first, last = to_paris(edition.sale_starts_at).date(), to_paris(edition.sale_ends_at).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def paid_by(sale_ids: Collection[int]) -> dict[int, tuple[PaymentMethod, ...]]:
    """How each of these sales was paid, refunds left aside."""
    rows = db.session.execute(
        select(Payment.sale_id, Payment.method)
        .where(Payment.sale_id.in_(sale_ids), Payment.void_id.is_(None))
        .order_by(Payment.id)
    )
    found: dict[int, tuple[PaymentMethod, ...]] = {}
    for sale_id, method in rows:
        found[sale_id] = (*found.get(sale_id, ()), method)
    return found


def paid_and_left(sale_id: int) -> dict[PaymentMethod, int]:
    """Paid for a sale by method and not given back yet, in cents."""
    rows = db.session.execute(
        select(Payment.method, func.sum(Payment.amount_cents))
        .where(Payment.sale_id == sale_id)
        .group_by(Payment.method)
    )
    return {method: int(cents) for method, cents in rows}


def article_name(code: str, description: str | None, number: int | None, line: int | None) -> str:
    """`245-03` where the item is known, else what was typed or scanned at the till."""
    return short_number(number, line) or description or code


def _found(edition: Edition, wanted: SaleFilter) -> Select[Sale, Till, User]:
    statement = (
        select(Sale, Till, User)
        .join(Till, Till.id == Sale.till_id)
        .outerjoin(User, User.id == Sale.volunteer_id)
        .where(Sale.edition_id == edition.id)
    )
    if wanted.till_id is not None:
        statement = statement.where(Sale.till_id == wanted.till_id)
    if wanted.day is not None or wanted.hour is not None:
        statement = statement.where(_within(edition, wanted.day, wanted.hour))
    if wanted.cents_from is not None:
        statement = statement.where(Sale.total_cents >= wanted.cents_from)
    if wanted.cents_to is not None:
        statement = statement.where(Sale.total_cents <= wanted.cents_to)
    if wanted.mark is not None:
        statement = statement.where(_has_line(edition.id, *_marked(wanted.mark)))
    if wanted.text.strip():
        statement = statement.where(_says(edition, wanted.text.strip()))
    return statement


def _within(edition: Edition, day: date | None, hour: int | None) -> ColumnElement[bool]:
    """In a day, an hour of it, or that hour of any day of the sale."""
    days = [day] if day else sale_days(edition)
    starts = [from_paris(datetime.combine(each, time(hour or 0))) for each in days]
    length = timedelta(days=1) if hour is None else timedelta(hours=1)
    return or_(*(and_(Sale.sold_at >= start, Sale.sold_at < start + length) for start in starts))


def _has_line(edition_id: int, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return Sale.id.in_(select(SaleLine.sale_id).where(SaleLine.edition_id == edition_id, *conditions))


def _marked(mark: SaleMark) -> tuple[ColumnElement[bool], ...]:
    if mark is SaleMark.TO_IDENTIFY:
        return SaleLine.state == LineState.ACTIVE, SaleLine.item_id.is_(None)
    return (SaleLine.state == LineState(mark.value),)


def _says(edition: Edition, text: str) -> ColumnElement[bool]:
    ticket = _TICKET.fullmatch(text)
    if ticket:
        return and_(Till.number == int(ticket[1]), Sale.seq == int(ticket[2]))
    short = parse_short(text)
    if short is not None:
        of_list = ItemList.edition_id == edition.id, ItemList.number == short[0]
        items = select(Item.id).join(ItemList, ItemList.id == Item.list_id)
        return _has_line(edition.id, SaleLine.item_id.in_(items.where(*of_list, Item.line == short[1])))
    try:
        return _has_code(edition.id, parse_code(text).digits)
    except InvalidCode:
        digits = text.replace(" ", "")
        if digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 10:
            return _has_code(edition.id, digits)
        words = [contains(SaleLine.description, word) for word in text.split()[:8]]
        return _has_line(edition.id, *words)


def _has_code(edition_id: int, code: str) -> ColumnElement[bool]:
    """The label scanned, or that of the item the line was given afterwards."""
    items = select(Item.id).where(Item.edition_id == edition_id, Item.code.startswith(code))
    return _has_line(edition_id, or_(SaleLine.code.startswith(code), SaleLine.item_id.in_(items)))


def _lines(sale_ids: Collection[int]) -> dict[int, list[Any]]:
    rows = db.session.execute(
        select(SaleLine.sale_id, SaleLine.code, SaleLine.description, SaleLine.state, SaleLine.item_id)
        .add_columns(ItemList.number, Item.line)
        .outerjoin(Item, Item.id == SaleLine.item_id)
        .outerjoin(ItemList, ItemList.id == Item.list_id)
        .where(SaleLine.sale_id.in_(sale_ids))
        .order_by(SaleLine.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.sale_id].append(row)
    return found


def _row(
    sale: Sale, till: Till, user: User | None, lines: list[Any], methods: tuple[PaymentMethod, ...]
) -> SaleRow:
    marks = {SaleMark(line.state.value) for line in lines}
    if any(line.item_id is None and line.state is LineState.ACTIVE for line in lines):
        marks.add(SaleMark.TO_IDENTIFY)
    return SaleRow(
        id=sale.id,
        ticket=f"{till.name}-{sale.seq}",
        volunteer=user.full_name if user else None,
        sold_at=sale.sold_at,
        total_cents=sale.total_cents,
        what=tuple(article_name(each.code, each.description, each.number, each.line) for each in lines[:4]),
        articles=len(lines),
        methods=methods,
        marks=frozenset(marks),
        offline=sale.offline,
        paper=sale.origin is SaleOrigin.PAPER,
    )
