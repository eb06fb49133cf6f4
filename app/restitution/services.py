"""Unsold items leave the hall: handed over to their depositor, or given away."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import Item, ItemList, ItemState
from app.deposits.services import stock
from app.editions.models import Edition, EditionState
from app.editions.services.steps import share_edition

UNSOLD = (ItemState.UNSOLD,)
SETTLED = (ItemState.RETURNED, ItemState.DONATED)


@dataclass(frozen=True)
class HandedOver:
    """How many items went back to their depositor, and how many were given away."""

    returned: int
    donated: int


class TooEarlyToGiveBack(DomainError):
    """Items become unsold when the sale ends."""

    def __init__(self) -> None:
        super().__init__("Les invendus se rendent une fois la vente finie : finissez d’abord la vente.")


class NothingToGiveBack(DomainError):
    """This depositor has no unsold item left in the hall."""

    def __init__(self) -> None:
        super().__init__("Ce déposant n’a plus d’invendu à reprendre.")


class NothingHandedOver(DomainError):
    """No hand-over of this depositor can be taken back."""

    def __init__(self) -> None:
        super().__init__("Aucune remise à défaire pour ce déposant.")


def hand_over(edition: Edition, registration_id: int, by_id: int) -> HandedOver:
    """Give a depositor their unsold items; what they wished to give if unsold is donated.

    Raises TooEarlyToGiveBack, NothingToGiveBack (also for a second click).
    """
    items = _lock(edition, UNSOLD, ItemList.registration_id == registration_id)
    if not items:
        raise NothingToGiveBack
    donated = [item for item in items if item.donate_if_unsold]
    returned = [item for item in items if not item.donate_if_unsold]
    now = utcnow()
    for item in items:
        item.handed_over_at = now
    _settle(returned, ItemState.RETURNED, now)
    _settle(donated, ItemState.DONATED, now)
    audit.record(
        "unsold.handed_over",
        f"registration:{registration_id}",
        actor_id=by_id,
        returned=len(returned),
        donated=len(donated),
    )
    return HandedOver(len(returned), len(donated))


def undo_hand_over(edition: Edition, registration_id: int, by_id: int) -> int:
    """The wrong person, or one tap too many: what the last hand-over settled is unsold again, so that it can
    be handed over. How many items.

    Raises TooEarlyToGiveBack, NothingHandedOver (also for a second click).
    """
    settled = _lock(edition, SETTLED, ItemList.registration_id == registration_id)
    last = max((item.handed_over_at for item in settled if item.handed_over_at), default=None)
    if last is None:
        raise NothingHandedOver
    items = [item for item in settled if item.handed_over_at == last]
    returned = sum(item.state is ItemState.RETURNED for item in items)
    for item in items:
        item.handed_over_at = None
    _settle(items, ItemState.UNSOLD, utcnow())
    audit.record(
        "unsold.hand_over_undone",
        f"registration:{registration_id}",
        actor_id=by_id,
        returned=returned,
        donated=len(items) - returned,
    )
    return len(items)


def donate_rest(edition: Edition, by_id: int) -> int:
    """What nobody fetched in time becomes a donation; how many items. Raises TooEarlyToGiveBack."""
    items = _lock(edition, UNSOLD)
    _settle(items, ItemState.DONATED, utcnow())
    if items:
        audit.record("unsold.donated", f"edition:{edition.id}", actor_id=by_id, items=len(items))
    return len(items)


def _lock(edition: Edition, states: Collection[ItemState], *conditions: ColumnElement[bool]) -> list[Item]:
    """The items of the edition in one of these states, and the edition held in its own."""
    if share_edition(edition.id).state is not EditionState.SETTLING:
        raise TooEarlyToGiveBack
    statement = (
        select(Item.id)
        .join(ItemList, ItemList.id == Item.list_id)
        .where(Item.edition_id == edition.id, Item.state.in_(states), *conditions)
    )
    items = stock.lock_items(db.session.scalars(statement).all())
    # Read again under the lock: somebody else may have handed them over meanwhile.
    return [item for item in items if item.state in states]


def _settle(items: Collection[Item], state: ItemState, now: datetime) -> None:
    for item in items:
        item.state, item.state_changed_at = state, now
    stock.announce_change(items)
