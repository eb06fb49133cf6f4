"""Items going on and off sale. Every change is told to the tills in the same transaction."""

from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select

from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import CatalogueChange, Item, ItemState
from app.deposits.wording import item_words


class ItemNotDeclared(DomainError):
    """Only an item of a validated list, with its label code, can be put on sale."""

    def __init__(self, item: Item) -> None:
        title = item_words(item.item_list.registration.edition.rulebook, item).title
        super().__init__(
            f"L’article « {title} » n’est pas déclaré sur une liste validée : validez d’abord la liste."
        )


class ItemNotOnSale(DomainError):
    """Only an item that is on sale can be withdrawn."""

    def __init__(self) -> None:
        super().__init__("Cet article n’est pas en vente : il ne peut pas en être retiré.")


def put_on_sale(items: Iterable[Item]) -> None:
    """Checked in, or back after a withdrawal: tills may sell them. Raises ItemNotDeclared."""
    items = list(items)
    for item in items:
        if item.code is None or item.state not in (ItemState.DECLARED, ItemState.WITHDRAWN):
            raise ItemNotDeclared(item)
        item.state_reason = None
    _change(items, ItemState.ON_SALE)


def mark_sold(items: Iterable[Item]) -> None:
    """A paid line owns each of them, whatever state it was in: money is a fact (3-till.md, 5)."""
    _change(items, ItemState.SOLD)


def return_to_sale(items: Iterable[Item]) -> None:
    """Their sale was voided. What had been withdrawn, and was sold all the same, is withdrawn again."""
    for item in items:
        _change([item], ItemState.WITHDRAWN if item.state_reason else ItemState.ON_SALE)


def end_sale(items: Iterable[Item]) -> None:
    """Back from a void that came once the sale was over: unsold, to be returned like the others."""
    _change([item for item in items if item.state is ItemState.ON_SALE], ItemState.UNSOLD)


def withdraw(item: Item, reason: str) -> None:
    """Take an item off sale (stained, broken, no label…). Raises ItemNotOnSale."""
    if item.state is not ItemState.ON_SALE:
        raise ItemNotOnSale
    item.state_reason = reason
    _change([item], ItemState.WITHDRAWN)


def announce_change(items: Iterable[Item]) -> None:
    """Tell the tills that something else they show of these items is new (price, who sold it)."""
    now = utcnow()
    rows = [{"edition_id": item.edition_id, "item_id": item.id, "at": now} for item in items]
    db.session.flush()
    if rows:
        edition = {"edition_id": rows[0]["edition_id"]}
        db.session.execute(insert(CatalogueChange), rows, execution_options=edition)


def lock_items_by_code(edition_id: int, codes: Sequence[str]) -> dict[str, Item]:
    """The items bearing these codes, by code, locked in the order of their ids until the commit."""
    statement = (
        select(Item)
        .where(Item.edition_id == edition_id, Item.code.in_(codes))
        .order_by(Item.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {item.code: item for item in db.session.scalars(statement) if item.code}


def lock_items(item_ids: Iterable[int]) -> list[Item]:
    """These items, locked in the order of their ids until the commit."""
    statement = (
        select(Item)
        .where(Item.id.in_(sorted(item_ids)))
        .order_by(Item.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(statement))


def _change(items: Iterable[Item], state: ItemState) -> None:
    items = list(items)
    for item in items:
        item.state, item.state_changed_at = state, utcnow()
    announce_change(items)
