"""Settling an item paid twice (RUN-003): refund the second buyer, give the sale the item really sold, or note
that nobody came back. Nothing is deleted: a later act is added to the record."""

from sqlalchemy import select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item
from app.deposits.services import stock
from app.sales.conflict_rules import ConflictIsOver, NoteMissing, check_item_sold
from app.sales.models import ConflictResolution, LineState, Sale, SaleLine, SyncConflict
from app.sales.services.facts import edition_facts
from app.sales.services.ownership import settle_items
from app.sales.services.voids import Refund, RefundWish, give_back, lock_drawer, lock_lines

REASON = "Article vendu deux fois"


def refund_buyer(edition_id: int, conflict_id: int, note: str, wish: RefundWish, by_id: int) -> Refund:
    """Give the second buyer their money back from a drawer; also long after nobody had come.

    Raises NotFound, DrawerIsClosed, ConflictIsOver, and what `share_refund` raises.
    """
    # Locks in the order of everybody: edition, session, then items.
    state = edition_facts(edition_id).state
    drawer = lock_drawer(edition_id, wish.session_id)
    loser = _loser(edition_id, conflict_id)
    sale = db.session.get_one(Sale, loser.sale_id)
    lines = lock_lines(sale.id, [loser.id])
    if loser.state is not LineState.CONFLICT:
        raise ConflictIsOver
    refund = give_back(state, sale, lines, drawer, _words(note) or REASON, wish, by_id)
    audit.record("conflict.refunded", f"conflict:{conflict_id}", actor_id=by_id, sale_id=sale.id)
    return refund


def give_sold_item(edition_id: int, conflict_id: int, item_id: int, by_id: int) -> None:
    """The label was mixed up: the second sale gets the item its customer really went away with.

    Raises NotFound, ConflictIsOver, NotTheItemSold.
    """
    edition_facts(edition_id)
    conflict, line, items = _lock(edition_id, conflict_id, item_id)
    item = next((each for each in items if each.id == item_id and each.edition_id == edition_id), None)
    if item is None:
        raise NotFound("Cet article n’existe pas dans cette édition.")
    check_item_sold(item.state)
    before = line.item_id
    line.item_id, line.assigned_by_id, line.assigned_at = item.id, by_id, utcnow()
    db.session.flush()
    settle_items(items, line.sale_id)
    _settle(conflict, ConflictResolution.REASSIGNED, None, by_id)
    audit.record(
        "conflict.reassigned",
        f"conflict:{conflict.id}",
        actor_id=by_id,
        line_id=line.id,
        before=before,
        after=item.id,
    )


def leave_unclaimed(edition_id: int, conflict_id: int, note: str, by_id: int) -> None:
    """Nobody came back for their money: it stays in the count, and the note says what was tried.

    Raises NotFound, ConflictIsOver, NoteMissing.
    """
    if not _words(note):
        raise NoteMissing
    edition_facts(edition_id)
    conflict, _, _ = _lock(edition_id, conflict_id)
    if conflict.resolved_at is not None:
        raise ConflictIsOver
    _settle(conflict, ConflictResolution.UNCLAIMED, _words(note), by_id)
    audit.record("conflict.unclaimed", f"conflict:{conflict.id}", actor_id=by_id, reason=conflict.note)


def _loser(edition_id: int, conflict_id: int) -> SaleLine:
    line = db.session.scalars(
        select(SaleLine)
        .join(SyncConflict, SyncConflict.loser_line_id == SaleLine.id)
        .where(SyncConflict.id == conflict_id, SyncConflict.edition_id == edition_id)
    ).one_or_none()
    if line is None:
        raise NotFound("Ce conflit n’existe pas dans cette édition.")
    return line


def _lock(edition_id: int, conflict_id: int, *item_ids: int) -> tuple[SyncConflict, SaleLine, list[Item]]:
    """The conflict and its losing line as they are while its item (and those of `item_ids`) is locked.

    Raises ConflictIsOver when the line lost nothing any more.
    """
    line = _loser(edition_id, conflict_id)
    items = stock.lock_items({each for each in (line.item_id, *item_ids) if each})
    db.session.refresh(line)
    conflict = db.session.get_one(SyncConflict, conflict_id, populate_existing=True)
    if line.state is not LineState.CONFLICT or line.item_id not in {item.id for item in items}:
        raise ConflictIsOver
    return conflict, line, items


def _settle(conflict: SyncConflict, how: ConflictResolution, note: str | None, by_id: int) -> None:
    conflict.resolution, conflict.note = how, note
    conflict.resolved_at, conflict.resolved_by_id = utcnow(), by_id
    db.session.flush()


def _words(note: str) -> str:
    return " ".join(note.split())
