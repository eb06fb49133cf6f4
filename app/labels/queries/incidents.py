"""Troubles with labels, counted, and what repeats itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.accounts.models import User
from app.core.db import db
from app.deposits.models import Item, ItemList, Registration
from app.labels.models import LabelIncident, LabelOutcome, LabelTrouble

# From so many on, a manager should look.
REPEATED = 2
LATEST = 100


@dataclass(frozen=True, slots=True)
class IncidentCounts:
    """Of an edition; `outcomes` counts None too: nothing was done, or nobody said."""

    total: int
    troubles: dict[LabelTrouble, int]
    outcomes: dict[LabelOutcome | None, int]


@dataclass(frozen=True, slots=True)
class RepeatedItem:
    """An item whose label gave trouble several times, the last one at `last_at` (UTC)."""

    item: Item
    number: int | None
    incidents: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class RepeatedList:
    """A list with trouble on several occasions: `items` of it, perhaps badly printed or badly fixed."""

    registration_id: int
    number: int | None
    seller: str
    items: int
    incidents: int
    last_at: datetime


def incident_counts(edition_id: int) -> IncidentCounts:
    rows = db.session.execute(
        select(LabelIncident.trouble, LabelIncident.outcome, func.count())
        .where(LabelIncident.edition_id == edition_id)
        .group_by(LabelIncident.trouble, LabelIncident.outcome)
    ).all()
    troubles = dict.fromkeys(LabelTrouble, 0)
    outcomes: dict[LabelOutcome | None, int] = {**dict.fromkeys(LabelOutcome, 0), None: 0}
    for trouble, outcome, count in rows:
        troubles[trouble] += count
        outcomes[outcome] += count
    return IncidentCounts(sum(troubles.values()), troubles, outcomes)


def repeated_items(edition_id: int) -> list[RepeatedItem]:
    """Items with two incidents or more, the worst first."""
    count, last = func.count(LabelIncident.id), func.max(LabelIncident.reported_at)
    rows = db.session.execute(
        select(Item, ItemList.number, count, last)
        .join(LabelIncident, LabelIncident.item_id == Item.id)
        .join(ItemList, ItemList.id == Item.list_id)
        .where(LabelIncident.edition_id == edition_id)
        .group_by(Item.id, ItemList.number)
        .having(count >= REPEATED)
        .order_by(count.desc(), last.desc())
        .limit(LATEST)
    )
    return [RepeatedItem(*row) for row in rows]


def repeated_lists(edition_id: int) -> list[RepeatedList]:
    """Lists with two incidents or more, the worst first."""
    count, last = func.count(LabelIncident.id), func.max(LabelIncident.reported_at)
    rows = db.session.execute(
        select(
            Registration.id,
            ItemList.number,
            User.first_name,
            User.last_name,
            func.count(func.distinct(Item.id)),
            count,
            last,
        )
        .join(Item, Item.id == LabelIncident.item_id)
        .join(ItemList, ItemList.id == Item.list_id)
        .join(Registration, Registration.id == ItemList.registration_id)
        .join(User, User.id == Registration.user_id)
        .where(LabelIncident.edition_id == edition_id)
        .group_by(ItemList.id, Registration.id, ItemList.number, User.first_name, User.last_name)
        .having(count >= REPEATED)
        .order_by(count.desc(), last.desc())
        .limit(LATEST)
    )
    return [
        RepeatedList(registration_id, number, f"{first} {name}".strip(), items, incidents, at)
        for registration_id, number, first, name, items, incidents, at in rows
    ]
