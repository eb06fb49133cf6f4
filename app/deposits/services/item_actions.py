"""What a manager does with one item during the sale: off sale with a reason, and back."""

from app.core.audit import record
from app.core.errors import DomainError, NotFound
from app.core.reasons import clean_reason
from app.deposits.check_in_rules import check_open
from app.deposits.models import Item, ItemState
from app.deposits.services.stock import lock_items, put_on_sale, withdraw
from app.editions.models import Edition
from app.editions.services.steps import share_edition


def withdraw_item(edition: Edition, item_id: int, reason: str, manager_id: int) -> Item:
    """Take an item off sale. Raises NotFound, CheckInClosed, ItemNotOnSale, DomainError on `reason`."""
    item = _lock(edition, item_id)
    reason = clean_reason(reason)
    withdraw(item, reason)
    record("item.withdrawn", f"item:{item.id}", actor_id=manager_id, reason=reason)
    return item


def put_item_back(edition: Edition, item_id: int, manager_id: int) -> Item:
    """Put a withdrawn item on sale again. Raises NotFound, CheckInClosed, DomainError when it was never
    brought in or is not withdrawn."""
    item = _lock(edition, item_id)
    if item.state is not ItemState.WITHDRAWN:
        raise DomainError("Cet article n’est pas retiré de la vente.")
    if not _was_brought_in(item):
        raise DomainError("Cet article n’a pas été déposé : il ne peut pas être mis en vente.")
    put_on_sale([item])
    record("item.put_back", f"item:{item.id}", actor_id=manager_id)
    return item


def _lock(edition: Edition, item_id: int) -> Item:
    state = share_edition(edition.id).state
    found = lock_items([item_id])
    if not found or found[0].edition_id != edition.id:
        raise NotFound("Cet article n’existe pas dans cette édition.")
    check_open(state)
    return found[0]


def _was_brought_in(item: Item) -> bool:
    """Given up by its depositor (position 0) or never checked in: there is nothing to sell."""
    check_in = item.item_list.registration.check_in
    return item.position > 0 and check_in is not None
