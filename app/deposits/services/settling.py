"""What the end and the reopening of the sale do to all its items at once."""

from sqlalchemy import insert, literal, select, update

from app.core.clock import utcnow
from app.core.db import db, rows_changed
from app.deposits.models import CatalogueChange, Item, ItemState


def mark_unsold(edition_id: int) -> int:
    """The sale is over: what is still on sale is unsold. Returns how many items."""
    return _move_all(edition_id, ItemState.ON_SALE, ItemState.UNSOLD)


def resume_sale(edition_id: int) -> int:
    """The sale goes on after all: unsold items are on sale again. Returns how many items."""
    return _move_all(edition_id, ItemState.UNSOLD, ItemState.ON_SALE)


def _move_all(edition_id: int, source: ItemState, target: ItemState) -> int:
    """Also told to the tills, like every change of what may be sold."""
    option = {"edition_id": edition_id, "synchronize_session": False}
    now = utcnow()
    moving = select(Item.edition_id, Item.id, literal(now, CatalogueChange.at.type)).where(
        Item.edition_id == edition_id, Item.state == source
    )
    db.session.execute(
        insert(CatalogueChange).from_select(["edition_id", "item_id", "at"], moving), execution_options=option
    )
    moved = rows_changed(
        update(Item)
        .where(Item.edition_id == edition_id, Item.state == source)
        .values(state=target, state_changed_at=now, updated_at=now),
        **option,
    )
    db.session.expire_all()
    return moved
