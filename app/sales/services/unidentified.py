"""Saying which item something sold without a label was; who owns it follows from the rule for all sales."""

from sqlalchemy import select

from app.core.audit import record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item
from app.deposits.services import stock
from app.editions.models import EditionState
from app.sales.models import LineState, SaleLine
from app.sales.queries.unidentified import get_unidentified
from app.sales.services.facts import edition_facts
from app.sales.services.ownership import settle_items
from app.sales.unlabelled_rules import LineTakenBack, check_assignable


def assign_item(edition_id: int, line_id: int, item_id: int, manager_id: int) -> SaleLine:
    """The line sold this item, at the price charged; also when it was given another one before.

    Its state afterwards tells whether the item was already somebody else's (a conflict). Raises NotFound,
    NotBroughtIn, LineTakenBack.
    """
    edition = edition_facts(edition_id)
    line, items = _lock(edition_id, line_id, item_id)
    item = next((each for each in items if each.id == item_id and each.edition_id == edition_id), None)
    if item is None:
        raise NotFound("Cet article n’existe pas dans cette édition.")
    check_assignable(item.state)
    if line.item_id == item.id:
        return line
    _forget_item(line, manager_id)
    # Nobody's yet: settling gives the item to the first claim.
    line.item_id, line.state = item.id, LineState.CONFLICT
    line.assigned_by_id, line.assigned_at = manager_id, utcnow()
    _settle(items, line, edition.state)
    record("item.sale_assigned", f"item:{item.id}", actor_id=manager_id, line_id=line.id)
    return line


def release_item(edition_id: int, line_id: int, manager_id: int) -> SaleLine:
    """It was not that item after all, and which one is not known: to identify again.

    Raises NotFound, LineTakenBack.
    """
    edition = edition_facts(edition_id)
    line, items = _lock(edition_id, line_id)
    if line.item_id is None:
        return line
    _forget_item(line, manager_id)
    line.item_id, line.state = None, LineState.ACTIVE
    line.assigned_by_id, line.assigned_at = None, None
    _settle(items, line, edition.state)
    return line


def _lock(edition_id: int, line_id: int, *item_ids: int) -> tuple[SaleLine, list[Item]]:
    """The line as it is now, its item and these, locked like a sale that arrives: items, then lines."""
    before = get_unidentified(edition_id, line_id).item_id
    items = stock.lock_items({each for each in (before, *item_ids) if each})
    line = db.session.scalars(
        select(SaleLine)
        .where(SaleLine.id == line_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if line.state is LineState.VOID:
        raise LineTakenBack
    if line.item_id != before:
        # Somebody else said it at the same moment: begin again with what they said.
        return _lock(edition_id, line_id, *item_ids)
    return line, items


def _forget_item(line: SaleLine, manager_id: int) -> None:
    if line.item_id is not None:
        record("item.sale_released", f"item:{line.item_id}", actor_id=manager_id, line_id=line.id)
    line.active_item_id = None


def _settle(items: list[Item], line: SaleLine, state: EditionState) -> None:
    db.session.flush()
    settle_items(items, line.sale_id)
    if state is EditionState.SETTLING:
        stock.end_sale(items)
