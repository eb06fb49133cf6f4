"""Spare labels: made in sheets, bound to an item, taken off it again. Tills hear of each change."""

from sqlalchemy import ColumnElement, func, select

from app.core.audit import record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item
from app.deposits.services import stock
from app.editions.models import Edition
from app.labels.models import LabelOutcome, LabelTrouble, SpareLabel
from app.labels.services.incidents import report_incident
from app.labels.spare_rules import (
    FIRST_LIST,
    SpareTaken,
    SpareUnknown,
    check_bindable,
    spare_codes,
    spare_name,
)


def create_spares(edition_id: int, sheets: int, manager_id: int) -> tuple[int, int]:
    """Codes for so many new sheets, whoever asks at the same moment; the first and last list number.

    Raises NoSpareLeft, DomainError on `sheets`.
    """
    edition = db.session.scalars(
        select(Edition)
        .where(Edition.id == edition_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    last = db.session.scalar(select(func.max(SpareLabel.code)).where(SpareLabel.edition_id == edition_id))
    codes = spare_codes(edition.number, int(last[2:6]) if last else FIRST_LIST - 1, sheets)
    db.session.add_all(SpareLabel(edition_id=edition_id, code=code) for code in codes)
    db.session.flush()
    first, last_made = int(codes[0][2:6]), int(codes[-1][2:6])
    record("spare_labels.created", f"edition:{edition_id}", actor_id=manager_id, first=first, last=last_made)
    return first, last_made


def bind_spare(
    edition_id: int, code: str, item_id: int, by_id: int, trouble: LabelTrouble = LabelTrouble.MISSING
) -> SpareLabel:
    """This spare label is on this item from now on, because of a `trouble` that is noted; doing it twice
    changes nothing.

    Raises NotFound, SpareUnknown, SpareTaken, ItemWithoutLabel.
    """
    item = _lock_item(edition_id, item_id)
    check_bindable(item.state, item.code)
    spare = _lock_spare(edition_id, SpareLabel.code == code)
    if spare is None:
        raise SpareUnknown
    if spare.item_id == item.id:
        return spare
    if spare.item_id is not None:
        raise SpareTaken(spare.code, _short_of(spare.item_id))
    spare.item_id, spare.bound_at, spare.bound_by_id = item.id, utcnow(), by_id
    stock.announce_change([item])
    report_incident(edition_id, item.id, trouble, LabelOutcome.SPARE, by_id)
    record("spare_label.bound", f"item:{item.id}", actor_id=by_id, code=spare_name(spare.code))
    return spare


def release_spare(edition_id: int, spare_id: int, by_id: int) -> SpareLabel:
    """It is off the item, and blank again; what was sold with it stays sold. Raises NotFound."""
    found = db.session.get(SpareLabel, spare_id)
    if found is None or found.edition_id != edition_id:
        raise NotFound("Cette étiquette de réserve n’existe pas dans cette édition.")
    items = stock.lock_items([found.item_id] if found.item_id else [])
    spare = _lock_spare(edition_id, SpareLabel.id == spare_id)
    assert spare is not None
    if spare.item_id is None:
        return spare
    if spare.item_id not in {item.id for item in items}:
        return release_spare(edition_id, spare_id, by_id)
    record("spare_label.released", f"item:{spare.item_id}", actor_id=by_id, code=spare_name(spare.code))
    spare.item_id, spare.bound_at, spare.bound_by_id = None, None, None
    stock.announce_change(items)
    return spare


def _lock_item(edition_id: int, item_id: int) -> Item:
    found = stock.lock_items([item_id])
    if not found or found[0].edition_id != edition_id:
        raise NotFound("Cet article n’existe pas dans cette édition.")
    return found[0]


def _lock_spare(edition_id: int, condition: ColumnElement[bool]) -> SpareLabel | None:
    return db.session.scalars(
        select(SpareLabel)
        .where(SpareLabel.edition_id == edition_id, condition)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _short_of(item_id: int) -> str:
    item = db.session.get_one(Item, item_id)
    return spare_name(item.code) if item.code else ""
