"""Counting, over all areas, what decides whether an edition may go on."""

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import Model, db
from app.deposits.models import CheckIn, Item, ItemList, ItemState, LabelStatus, ListState, Registration
from app.editions.models import Edition, ListKind, Till
from app.editions.queries import schedule_of
from app.editions.rules import EditionFacts
from app.payouts.queries import payout_progress
from app.sales.models import JournalEntry, Sale, SyncConflict, TillDevice, TillSession, Verdict

Count = ScalarSelect[int]


def collect_facts(edition: Edition) -> EditionFacts:
    """The facts of one edition: one query for the counts, three for tills, three for payouts, four for
    its calendar."""
    schedule = schedule_of(edition.id)
    real_tills = [till.id for till in schedule.tills if not till.training]
    payouts = payout_progress(edition)
    counts = {**_depositors(edition.id), **_items(edition.id), **_tills(edition.id, real_tills)}
    row = db.session.execute(select(*(count.label(name) for name, count in counts.items()))).one()
    kinds = {each.key for each in edition.rulebook.kinds}
    return EditionFacts(
        now=utcnow(),
        state_changed_at=edition.state_changed_at,
        declaration_deadline=edition.declaration_deadline,
        sale_ends_at=edition.sale_ends_at,
        has_place=bool(edition.place.strip()),
        slots=len(schedule.slots),
        sale_periods=len(schedule.periods),
        tills=len(real_tills),
        kinds_without_pickup=len(kinds - {each.list_kind.value for each in schedule.pickups}),
        open_tills=_open_tills(real_tills),
        entries_to_sync=_held_by_devices(real_tills, TillDevice.revoked_at.is_(None)),
        # It cannot stop an edition: such a device may be broken for good.
        left_on_devices=_held_by_devices(real_tills, TillDevice.revoked_at.is_not(None)),
        payouts_due=payouts.due,
        payouts_not_final=payouts.not_final,
        payouts_paid=payouts.paid,
        **{name: int(value or 0) for name, value in row._mapping.items()},
    )


def _depositors(edition_id: int) -> dict[str, Count]:
    here = Registration.edition_id == edition_id
    lists = ItemList.edition_id == edition_id
    is_active = exists().where(User.id == Registration.user_id, User.activated_at.is_not(None))
    has_items = exists().where(Item.list_id == ItemList.id)
    return {
        "registrations": _count(Registration, here),
        "activated": _count(Registration, here, is_active),
        "members_to_link": _count(
            Registration, here, Registration.list_kind == ListKind.FAMILY, Registration.sponsor_id.is_(None)
        ),
        "validated_lists": _count(ItemList, lists, ItemList.state == ListState.VALIDATED),
        "drafts_with_items": _count(ItemList, lists, ItemList.state == ListState.DRAFT, has_items),
        "lists_without_labels": _count(
            ItemList,
            lists,
            ItemList.state == ListState.VALIDATED,
            ItemList.label_status == LabelStatus.NOT_GENERATED,
        ),
        "checked_in": _count(CheckIn, CheckIn.edition_id == edition_id),
    }


def _items(edition_id: int) -> dict[str, Count]:
    here = Item.edition_id == edition_id
    return {
        "items_on_sale": _count(Item, here, Item.state == ItemState.ON_SALE),
        "items_sold": _count(Item, here, Item.state == ItemState.SOLD),
        "items_unsold": _count(Item, here, Item.state == ItemState.UNSOLD),
        "items_given_back": _count(Item, here, Item.state.in_([ItemState.RETURNED, ItemState.DONATED])),
    }


def _tills(edition_id: int, till_ids: list[int]) -> dict[str, Count]:
    return {
        "sales": _count(Sale, Sale.edition_id == edition_id, Sale.till_id.in_(till_ids)),
        "open_conflicts": _count(
            SyncConflict, SyncConflict.edition_id == edition_id, SyncConflict.resolved_at.is_(None)
        ),
        "quarantined": _count(
            JournalEntry,
            JournalEntry.till_id.in_(till_ids),
            JournalEntry.verdict == Verdict.QUARANTINED,
            JournalEntry.seen_at.is_(None),
        ),
    }


def _open_tills(till_ids: list[int]) -> tuple[str, ...]:
    tills = db.session.scalars(
        select(Till)
        .join(TillSession, TillSession.open_till_id == Till.id)
        .where(Till.id.in_(till_ids))
        .order_by(Till.number)
    )
    return tuple(till.name for till in tills)


def _held_by_devices(till_ids: list[int], which: ColumnElement[bool]) -> tuple[tuple[str, int], ...]:
    """Per till, what such devices still held by their last word."""
    rows = db.session.execute(
        select(Till, func.sum(TillDevice.pending_count))
        .join(TillDevice, TillDevice.till_id == Till.id)
        .where(Till.id.in_(till_ids), which, TillDevice.pending_count > 0)
        .group_by(Till.id)
        .order_by(Till.number)
    )
    return tuple((till.name, int(count)) for till, count in rows)


def _count(model: type[Model], *conditions: ColumnElement[bool]) -> Count:
    query = select(func.count()).select_from(model).where(*conditions)
    return query.scalar_subquery()


def tills_in_use(edition_id: int) -> set[int]:
    """Numbers of the tills that have a device or were opened once: these cannot be removed."""
    used = or_(exists().where(TillDevice.till_id == Till.id), exists().where(TillSession.till_id == Till.id))
    return set(db.session.scalars(select(Till.number).where(Till.edition_id == edition_id, used)))
