"""Items paid twice: for the screen where they are settled, and in a few facts for the tills themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item, ItemList
from app.deposits.wording import item_words
from app.editions.models import Till
from app.editions.queries import get_edition
from app.sales.conflict_rules import why_kept
from app.sales.models import ConflictResolution, LineState, PaymentMethod, Sale, SaleLine, SyncConflict
from app.sales.queries.sales import paid_by
from app.sales.rules import Claim

PER_PAGE = 100
# Made once: making them costs more than the question does, which each till asks at each ping.
_item_list, _given, _given_list = aliased(ItemList), aliased(Item), aliased(ItemList)
_kept_line, _lost_line = aliased(SaleLine), aliased(SaleLine)
_kept_sale, _lost_sale = aliased(Sale), aliased(Sale)
_kept_till, _lost_till = aliased(Till), aliased(Till)
_kept_by, _lost_by, _settler = aliased(User), aliased(User), aliased(User)


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """One of the two paid lines of an item. Price in cents, time UTC; `ticket` like `C2-152`."""

    line_id: int
    sale_id: int
    till_id: int
    till: str
    ticket: str
    volunteer: str | None
    sold_at: datetime
    price_cents: int
    methods: tuple[PaymentMethod, ...]
    state: LineState
    offline: bool


@dataclass(frozen=True, slots=True)
class ConflictView:
    """An item paid twice: the line that keeps it, why, and the one to settle; `given` is the item the latter
    was given instead. `number` is that of the list."""

    id: int
    item: Item
    number: int | None
    kept: ConflictSide
    lost: ConflictSide
    because: str
    detected_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: ConflictResolution | None
    note: str | None
    given: Item | None
    given_number: int | None

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def may_be_settled(self) -> bool:
        """Open, or left because nobody came back: the money is still there to be given."""
        return self.lost.state is LineState.CONFLICT


@dataclass(frozen=True, slots=True)
class ConflictPage:
    rows: list[ConflictView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True, slots=True)
class TillConflict:
    """What a till tells its volunteer: `refund` when its own sale is the second, to be given back; else it
    keeps the item. `at` of its own sale and `other_at`: ms since 1970; `price` charged here, in cents."""

    code: str
    name: str
    refund: bool
    other_till: int
    at: int
    other_at: int
    price: int


def conflict_page(edition_id: int, *, settled: bool, page: int = 1) -> ConflictPage:
    """Those to settle, oldest first; or those settled, the latest first. Two queries."""
    page = max(1, page)
    done = SyncConflict.resolved_at.is_not(None)
    order: tuple[ColumnElement[Any], ...] = (SyncConflict.detected_at.asc(), SyncConflict.id.asc())
    if settled:
        order = (SyncConflict.resolved_at.desc(), SyncConflict.id.desc())
    statement = _views(edition_id).add_columns(func.count().over()).where(done if settled else ~done)
    rows = db.session.execute(statement.order_by(*order).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    if not rows and page > 1:
        return conflict_page(edition_id, settled=settled)
    return ConflictPage(_show(rows), rows[0][-1] if rows else 0, page)


def get_conflict(edition_id: int, conflict_id: int) -> ConflictView:
    """One conflict of an edition; raises NotFound."""
    rows = db.session.execute(_views(edition_id).where(SyncConflict.id == conflict_id)).all()
    if not rows:
        raise NotFound("Ce conflit n’existe pas dans cette édition.")
    return _show(rows)[0]


def count_open_conflicts(edition_id: int) -> int:
    """Items paid twice that nobody has settled."""
    open_ones = (
        select(func.count())
        .select_from(SyncConflict)
        .where(SyncConflict.edition_id == edition_id, SyncConflict.resolved_at.is_(None))
    )
    return db.session.scalar(open_ones) or 0


def is_kept() -> ColumnElement[bool]:
    """Of a SaleLine: paid twice, and settled because nobody came back for the money."""
    unclaimed = SyncConflict.resolution == ConflictResolution.UNCLAIMED
    settled = select(SyncConflict.loser_line_id).where(unclaimed)
    return (SaleLine.state == LineState.CONFLICT) & SaleLine.id.in_(settled)


_OF_TILL = (
    select(
        Item, _kept_line.price_cents, _lost_line.price_cents, _kept_sale, _lost_sale, _kept_till, _lost_till
    )
    .select_from(SyncConflict)
    .join(Item, Item.id == SyncConflict.item_id)
    .join(_lost_line, _lost_line.id == SyncConflict.loser_line_id)
    .join(_lost_sale, _lost_sale.id == _lost_line.sale_id)
    .join(_lost_till, _lost_till.id == _lost_sale.till_id)
    .join(_kept_line, _kept_line.id == SyncConflict.winner_line_id)
    .join(_kept_sale, _kept_sale.id == _kept_line.sale_id)
    .join(_kept_till, _kept_till.id == _kept_sale.till_id)
    .where(SyncConflict.resolved_at.is_(None))
    .where((_lost_sale.till_id == bindparam("till_id")) | (_kept_sale.till_id == bindparam("till_id")))
    .order_by(Item.code, SyncConflict.id)
)


def conflicts_of_till(till_id: int) -> list[TillConflict]:
    """Items that a sale of this till lost, or won over another, still to be settled; by label."""
    rows = db.session.execute(_OF_TILL, {"till_id": till_id}).all()
    if not rows:
        return []
    book = get_edition(rows[0][0].edition_id).rulebook
    told = []
    for item, kept_cents, lost_cents, kept, lost, kept_till, lost_till in rows:
        refund = lost.till_id == till_id
        own, other, other_till = (lost, kept, kept_till) if refund else (kept, lost, lost_till)
        told.append(
            TillConflict(
                item.code or "",
                item_words(book, item).type,
                refund,
                other_till.number,
                _milliseconds(own.sold_at),
                _milliseconds(other.sold_at),
                lost_cents if refund else kept_cents,
            )
        )
    return told


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _views(edition_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(SyncConflict, Item, _item_list.number, _given, _given_list.number, _settler)
        .add_columns(_kept_line, _kept_sale, _kept_till, _kept_by)
        .add_columns(_lost_line, _lost_sale, _lost_till, _lost_by)
        .join(Item, Item.id == SyncConflict.item_id)
        .join(_item_list, _item_list.id == Item.list_id)
        .join(_kept_line, _kept_line.id == SyncConflict.winner_line_id)
        .join(_kept_sale, _kept_sale.id == _kept_line.sale_id)
        .join(_kept_till, _kept_till.id == _kept_sale.till_id)
        .outerjoin(_kept_by, _kept_by.id == _kept_sale.volunteer_id)
        .join(_lost_line, _lost_line.id == SyncConflict.loser_line_id)
        .join(_lost_sale, _lost_sale.id == _lost_line.sale_id)
        .join(_lost_till, _lost_till.id == _lost_sale.till_id)
        .outerjoin(_lost_by, _lost_by.id == _lost_sale.volunteer_id)
        .outerjoin(_given, (_given.id == _lost_line.item_id) & (_given.id != SyncConflict.item_id))
        .outerjoin(_given_list, _given_list.id == _given.list_id)
        .outerjoin(_settler, _settler.id == SyncConflict.resolved_by_id)
        .where(SyncConflict.edition_id == edition_id)
    )


def _show(rows: Sequence[Any]) -> list[ConflictView]:
    methods = paid_by({sale.id for row in rows for sale in (row[7], row[11])})
    views = []
    for row in rows:
        conflict, item, number, given, given_number, settler = row[:6]
        kept, lost = row[6:10], row[10:14]
        views.append(
            ConflictView(
                id=conflict.id,
                item=item,
                number=number,
                kept=_side(methods, *kept),
                lost=_side(methods, *lost),
                because=why_kept(_claim(*kept[:3]), _claim(*lost[:3])),
                detected_at=conflict.detected_at,
                resolved_at=conflict.resolved_at,
                resolved_by=settler.full_name if settler else None,
                resolution=conflict.resolution,
                note=conflict.note,
                given=given,
                given_number=given_number,
            )
        )
    return views


def _side(
    methods: dict[int, tuple[PaymentMethod, ...]], line: SaleLine, sale: Sale, till: Till, by: User | None
) -> ConflictSide:
    return ConflictSide(
        line_id=line.id,
        sale_id=sale.id,
        till_id=till.id,
        till=till.name,
        ticket=f"{till.name}-{sale.seq}",
        volunteer=by.full_name if by else None,
        sold_at=sale.sold_at,
        price_cents=line.price_cents,
        methods=methods.get(sale.id, ()),
        state=line.state,
        offline=sale.offline,
    )


def _claim(line: SaleLine, sale: Sale, till: Till) -> Claim:
    return Claim(sale.sold_at, till.number, sale.seq, sale.uuid, line.id)
