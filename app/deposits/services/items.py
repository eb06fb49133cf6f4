"""Changing the items of a list: every act locks the list, asks the rules, keeps the order compact."""

from dataclasses import asdict
from enum import StrEnum

from sqlalchemy import select

from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.item_rules import ItemFacts, check_item
from app.deposits.list_rules import check_list_accepts, order_items
from app.deposits.models import Item, ItemList, ItemState
from app.deposits.queries.lists import facts_of, live_items
from app.deposits.services.lists import require_editable
from app.editions.rulebook import Rulebook

GIVEN_UP = "Retiré de sa liste par le déposant"


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


class AlreadyTakenOver(DomainError):
    """The unsold item was taken over into a list before."""


def add_item(item_list: ItemList, facts: ItemFacts) -> Item:
    """Put a new item at the end of its category.

    Raises ListReadOnly, ItemRefused (all problems at once) or ListLimitReached.
    """
    return _add(item_list, facts)


def change_item(item: Item, facts: ItemFacts) -> None:
    """Replace everything declared of an item; another category moves it there. Raises as `add_item`."""
    item_list, book = item.item_list, _open_book(item.item_list)
    check_item(book, facts)
    others = [each for each in live_items(item_list) if each is not item]
    check_list_accepts(book, others, facts)
    moved = item.category != facts.category
    for name, value in asdict(facts).items():
        setattr(item, name, value)
    item.updated_at = utcnow()
    _arrange(item_list, [*others, item] if moved else live_items(item_list))


def delete_item(item: Item) -> None:
    """Take an item out of its list. Raises ListReadOnly.

    One whose label may exist (the list was validated, printed, then reopened) is kept as withdrawn, so that
    its code is never given to another item and a till still knows what was scanned.
    """
    item_list = item.item_list
    require_editable(item_list)
    others = [each for each in live_items(item_list) if each is not item]
    if item.line is None:
        item_list.items.remove(item)
        db.session.delete(item)
    else:
        item.position, item.state, item.state_reason = 0, ItemState.WITHDRAWN, GIVEN_UP
        item.state_changed_at = utcnow()
    _arrange(item_list, others)


def duplicate_item(item: Item) -> Item:
    """A copy right after the original, to be changed at once. Raises as `add_item`."""
    return _add(item.item_list, facts_of(item), after=item)


def restore_item(item_list: ItemList, facts: ItemFacts, position: int) -> Item:
    """Undo a deletion: the item again, where it was. Raises as `add_item`."""
    before = [each for each in live_items(item_list) if each.position < position]
    return _add(item_list, facts, after=before[-1] if before else None, first=not before)


def move_item(item: Item, direction: Direction) -> bool:
    """Swap an item with its neighbour of the same category; False at the edge of the category.

    Raises ListReadOnly.
    """
    item_list = item.item_list
    require_editable(item_list)
    items = live_items(item_list)
    at = items.index(item)
    other = at + (1 if direction is Direction.DOWN else -1)
    if not 0 <= other < len(items) or items[other].category != item.category:
        return False
    items[at], items[other] = items[other], items[at]
    _arrange(item_list, items)
    return True


def take_over(item_list: ItemList, former: Item) -> Item:
    """A new item like an unsold one of a former edition; the click vouches again for its condition.

    Raises AlreadyTakenOver, or as `add_item` when today's rulebook does not accept it any more.
    """
    taken = db.session.scalar(select(Item.id).where(Item.taken_over_from_id == former.id))
    if taken is not None:
        raise AlreadyTakenOver("Cet article est déjà repris dans une de vos listes.")
    facts = ItemFacts(**{**asdict(facts_of(former)), "conforms": True})
    item = _add(item_list, facts)
    item.taken_over_from_id = former.id
    db.session.flush()
    return item


def find_item(item_list: ItemList, item_id: int) -> Item:
    """The live item of that id in this list; raises NotFound."""
    for item in live_items(item_list):
        if item.id == item_id:
            return item
    raise NotFound("Cet article n’est plus dans la liste.")


def _add(item_list: ItemList, facts: ItemFacts, after: Item | None = None, first: bool = False) -> Item:
    book = _open_book(item_list)
    check_item(book, facts)
    items = live_items(item_list)
    check_list_accepts(book, items, facts)
    item = Item(edition_id=item_list.edition_id, position=len(items) + 1, **asdict(facts))
    place = 0 if first else items.index(after) + 1 if after else len(items)
    items.insert(place, item)
    item_list.items.append(item)
    _arrange(item_list, items)
    return item


def _arrange(item_list: ItemList, items: list[Item]) -> None:
    """Number the items 1..N in category order, keeping their order inside each category."""
    book = item_list.registration.edition.rulebook
    for position, item in enumerate(order_items(book, items), start=1):
        item.position = position
    item_list.items.sort(key=lambda item: item.position)
    db.session.flush()


def _open_book(item_list: ItemList) -> Rulebook:
    require_editable(item_list)
    return item_list.registration.edition.rulebook
