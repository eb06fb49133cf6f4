"""Unsold items leave the hall: handed over to their depositor, or given away."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import Item, ItemList, ItemState
from app.deposits.services import stock
from app.editions.models import Edition, EditionState


@dataclass(frozen=True)
class HandedOver:
    """How many items went back to their depositor, and how many were given away."""

    returned: int
    donated: int


class TooEarlyToGiveBack(DomainError):
    """Items become unsold when the sale ends."""

    def __init__(self) -> None:
        super().__init__("Les invendus se rendent une fois la vente finie : finissez d'abord la vente.")


class NothingToGiveBack(DomainError):
    """This depositor has no unsold item left in the hall."""

    def __init__(self) -> None:
        super().__init__("Ce déposant n'a plus d'invendu à reprendre.")


def hand_over(edition: Edition, registration_id: int, by_id: int) -> HandedOver:
    """Give a depositor their unsold items; what they wished to give if unsold is donated.

    Raises TooEarlyToGiveBack, NothingToGiveBack (also for a second click).
    """
    items = _lock_unsold(edition, ItemList.registration_id == registration_id)
    if not items:
        raise NothingToGiveBack
    donated = [item for item in items if item.donate_if_unsold]
    returned = [item for item in items if not item.donate_if_unsold]
    _settle(returned, ItemState.RETURNED)
    _settle(donated, ItemState.DONATED)
    audit.record(
        "unsold.handed_over",
        f"registration:{registration_id}",
        actor_id=by_id,
        returned=len(returned),
        donated=len(donated),
    )
    return HandedOver(len(returned), len(donated))


def donate_rest(edition: Edition, by_id: int) -> int:
    """What nobody fetched in time becomes a donation; how many items. Raises TooEarlyToGiveBack."""
    items = _lock_unsold(edition)
    _settle(items, ItemState.DONATED)
    if items:
        audit.record("unsold.donated", f"edition:{edition.id}", actor_id=by_id, items=len(items))
    return len(items)


def _lock_unsold(edition: Edition, *conditions: ColumnElement[bool]) -> list[Item]:
    if edition.state is not EditionState.SETTLING:
        raise TooEarlyToGiveBack
    statement = (
        select(Item.id)
        .join(ItemList, ItemList.id == Item.list_id)
        .where(Item.edition_id == edition.id, Item.state == ItemState.UNSOLD, *conditions)
    )
    items = stock.lock_items(db.session.scalars(statement).all())
    # Read again under the lock: somebody else may have handed them over meanwhile.
    return [item for item in items if item.state is ItemState.UNSOLD]


def _settle(items: Iterable[Item], state: ItemState) -> None:
    items = list(items)
    for item in items:
        item.state, item.state_changed_at = state, utcnow()
    stock.announce_change(items)
