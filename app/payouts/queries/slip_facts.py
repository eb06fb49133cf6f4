"""What the slips print, for many depositors in three queries."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from app.core.codes import short_number
from app.core.db import db
from app.deposits.models import Item, ItemList, ItemState
from app.deposits.wording import item_words
from app.editions.models import Edition
from app.payouts.models import PayoutAdjustment
from app.payouts.queries.ledger import DEPOSITED, LedgerRow, ledger
from app.sales.models import SaleLine


@dataclass(frozen=True)
class SlipItemFacts:
    """An item of a slip; `price_cents` is what was charged when it was sold."""

    number: str
    title: str
    price_cents: int
    state: ItemState


@dataclass(frozen=True)
class SlipFacts:
    """One depositor's slip; `adjustments` are (reason, signed cents)."""

    row: LedgerRow
    sold: tuple[SlipItemFacts, ...]
    unsold: tuple[SlipItemFacts, ...]
    adjustments: tuple[tuple[str, int], ...]

    @property
    def agrees(self) -> bool:
        """Whether the lines make the computed figures: a sale may have come between the two."""
        stored = self.row.stored
        return stored is not None and (
            stored.sold_count,
            stored.amounts.gross,
            stored.amounts.adjustments,
        ) == (
            len(self.sold),
            sum(item.price_cents for item in self.sold),
            sum(cents for _, cents in self.adjustments),
        )


def slip_facts(edition: Edition, registration_ids: Collection[int]) -> list[SlipFacts]:
    """The facts of these depositors' slips, by name; who is not in the ledger is left out."""
    book = edition.rulebook
    sold: dict[int, list[SlipItemFacts]] = defaultdict(list)
    unsold: dict[int, list[SlipItemFacts]] = defaultdict(list)
    for registration_id, item, number, charged in db.session.execute(
        select(ItemList.registration_id, Item, ItemList.number, SaleLine.price_cents)
        .join(ItemList, ItemList.id == Item.list_id)
        .outerjoin(SaleLine, SaleLine.active_item_id == Item.id)
        .where(ItemList.registration_id.in_(registration_ids), Item.state.in_(DEPOSITED))
        .order_by(ItemList.number, Item.line)
    ):
        price = item.price_cents if charged is None else charged
        title = item_words(book, item).full
        facts = SlipItemFacts(short_number(number, item.line), title, price, item.state)
        (unsold if charged is None else sold)[registration_id].append(facts)
    adjustments: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for adjustment in db.session.scalars(
        select(PayoutAdjustment)
        .where(PayoutAdjustment.registration_id.in_(registration_ids))
        .order_by(PayoutAdjustment.created_at, PayoutAdjustment.id)
    ):
        adjustments[adjustment.registration_id].append((adjustment.reason, adjustment.amount_cents))
    return [
        SlipFacts(
            row,
            tuple(sold[row.registration_id]),
            tuple(unsold[row.registration_id]),
            tuple(adjustments[row.registration_id]),
        )
        for row in ledger(edition, registration_ids)
    ]
