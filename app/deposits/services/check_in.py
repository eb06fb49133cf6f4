"""The deposit of one registration: items struck one by one, then everything else goes on sale at once.

Strikes are saved as they are made, so that a reloaded page, or a second tablet, shows them; they can be
taken back until the deposit is completed. Whoever changes a deposit holds its edition in its state,
then locks its registration.
"""

from collections.abc import Collection

from sqlalchemy import select

from app.core.audit import record
from app.core.clock import utcnow
from app.core.dates import time_short
from app.core.db import db
from app.core.errors import Conflict, DomainError, NotFound
from app.core.reasons import clean_reason
from app.deposits.check_in_rules import (
    Punctuality,
    Verified,
    check_open,
    check_verified,
    punctuality,
)
from app.deposits.models import CheckIn, Item, ItemList, ItemState, ListState, Registration
from app.deposits.services.stock import announce_change, lock_items, put_on_sale
from app.editions.services.steps import share_edition

# The deposit of these has gone on: it cannot be undone any more.
_GONE = (ItemState.SOLD, ItemState.UNSOLD, ItemState.RETURNED, ItemState.DONATED, ItemState.MISSING)


class AlreadyCheckedIn(Conflict):
    """Somebody has completed this deposit; `check_in` tells who and when."""

    def __init__(self, check_in: CheckIn) -> None:
        self.check_in = check_in
        super().__init__(
            f"Ce dépôt a déjà été enregistré à {time_short(check_in.completed_at)} "
            f"par {check_in.first_volunteer} et {check_in.second_volunteer}."
        )


class DepositChanged(Conflict):
    """Items were struck or restored on another screen since this one was shown."""

    def __init__(self) -> None:
        super().__init__(
            "Un autre bénévole vient de changer les articles de ce dépôt. "
            "Vérifiez la liste ci-dessous, puis enregistrez à nouveau."
        )


def refuse_item(edition_id: int, registration_id: int, item_id: int, reason: str) -> Item:
    """Strike an item: it is handed back and never put on sale. Struck again, it takes the new reason.

    Raises CheckInClosed, AlreadyCheckedIn, NotFound, DomainError on `reason`.
    """
    item = _open_item(edition_id, registration_id, item_id)
    item.state_reason = clean_reason(reason)
    item.state, item.state_changed_at = ItemState.REFUSED, utcnow()
    db.session.flush()
    return item


def accept_item(edition_id: int, registration_id: int, item_id: int) -> Item:
    """Take a strike back. Raises as `refuse_item`."""
    item = _open_item(edition_id, registration_id, item_id)
    _accept(item)
    db.session.flush()
    return item


def accept_all(edition_id: int, registration_id: int) -> None:
    """Take every strike of a deposit back. Raises CheckInClosed, AlreadyCheckedIn, NotFound."""
    for item in _lock_items(_lock_open(edition_id, registration_id)):
        _accept(item)
    db.session.flush()


def complete_check_in(
    edition_id: int,
    registration_id: int,
    said: Verified,
    recorded_by_id: int,
    refused_seen: Collection[int] | None = None,
) -> CheckIn:
    """Everything that is not struck goes on sale, once, whoever asks twice.

    `refused_seen` are the ids of the struck items the volunteer had on screen. Raises CheckInClosed,
    AlreadyCheckedIn, DepositChanged, CheckInIncomplete, or DomainError when there is nothing to take.
    """
    registration = _lock_open(edition_id, registration_id)
    items = _lock_items(registration)
    refused = [item for item in items if item.state is ItemState.REFUSED]
    if refused_seen is not None and {item.id for item in refused} != set(refused_seen):
        raise DepositChanged
    check_verified(said)
    _require_labels(items)
    accepted = [item for item in items if item.state is ItemState.DECLARED]
    slot, now = registration.slot, utcnow()
    check_in = CheckIn(
        edition_id=edition_id,
        registration_id=registration.id,
        identity_checked=said.identity_checked,
        envelope_checked=said.envelope_checked,
        first_volunteer=said.first_volunteer.strip(),
        second_volunteer=said.second_volunteer.strip(),
        recorded_by_id=recorded_by_id,
        late=slot is not None and punctuality(slot.starts_at, slot.ends_at, now) is Punctuality.LATE,
        signature_path=said.signature_path,
        accepted_count=len(accepted),
        refused_count=len(refused),
        completed_at=now,
    )
    db.session.add(check_in)
    put_on_sale(accepted)
    announce_change(refused)
    record(
        "check_in.completed",
        f"registration:{registration.id}",
        actor_id=recorded_by_id,
        accepted=len(accepted),
        refused=[item.code for item in refused],
    )
    return check_in


def undo_check_in(edition_id: int, registration_id: int, reason: str, manager_id: int) -> None:
    """Reopen a deposit while nothing of it is sold: its items leave the sale, strikes stay.

    Raises CheckInClosed, NotFound, DomainError when it is too late or on `reason`.
    """
    registration = _lock(edition_id, registration_id)
    check_open(registration.edition.state)
    reason = clean_reason(reason)
    check_in = _check_in_of(registration)
    if check_in is None:
        raise NotFound("Ce dépôt n’est pas enregistré.")
    items = _lock_items(registration)
    if any(item.state in _GONE for item in items):
        raise DomainError("Un article de ce dépôt est déjà vendu : le dépôt ne peut plus être repris.")
    back = [item for item in items if item.state is ItemState.ON_SALE]
    for item in back:
        item.state, item.state_changed_at = ItemState.DECLARED, utcnow()
    announce_change(back)
    record(
        "check_in.undone",
        f"registration:{registration.id}",
        actor_id=manager_id,
        reason=reason,
        accepted=len(back),
    )
    db.session.delete(check_in)
    db.session.flush()


def _open_item(edition_id: int, registration_id: int, item_id: int) -> Item:
    registration = _lock_open(edition_id, registration_id)
    for item in _lock_items(registration):
        if item.id == item_id and item.state in (ItemState.DECLARED, ItemState.REFUSED):
            return item
    raise NotFound("Cet article n’est pas dans ce dépôt.")


def _accept(item: Item) -> None:
    if item.state is ItemState.REFUSED:
        item.state, item.state_reason, item.state_changed_at = ItemState.DECLARED, None, utcnow()


def _lock_open(edition_id: int, registration_id: int) -> Registration:
    """The registration, locked, its deposit still to be completed."""
    registration = _lock(edition_id, registration_id)
    check_in = _check_in_of(registration)
    if check_in is not None:
        raise AlreadyCheckedIn(check_in)
    check_open(registration.edition.state)
    return registration


def _lock(edition_id: int, registration_id: int) -> Registration:
    share_edition(edition_id)
    registration = db.session.scalars(
        select(Registration)
        .where(Registration.id == registration_id, Registration.edition_id == edition_id)
        .with_for_update()
    ).one_or_none()
    if registration is None:
        raise NotFound("Cette inscription n’existe pas, ou plus.")
    return registration


def _check_in_of(registration: Registration) -> CheckIn | None:
    return db.session.scalars(select(CheckIn).where(CheckIn.registration_id == registration.id)).one_or_none()


def _lock_items(registration: Registration) -> list[Item]:
    """Items of the validated lists; those the depositor gave up (position 0) are not brought."""
    return lock_items(
        db.session.scalars(
            select(Item.id)
            .join(ItemList, ItemList.id == Item.list_id)
            .where(
                ItemList.registration_id == registration.id,
                ItemList.state == ListState.VALIDATED,
                Item.position > 0,
            )
        )
    )


def _require_labels(items: Collection[Item]) -> None:
    if not items:
        raise DomainError("Aucune liste validée : il n’y a rien à déposer. Faites d’abord valider la liste.")
    if any(item.code is None for item in items):
        raise DomainError(
            "La liste n’a pas encore de numéro, donc pas d’étiquettes : un gestionnaire doit d’abord "
            "indiquer de quel adhérent elle dépend."
        )
