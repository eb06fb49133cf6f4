"""Which registrations the manager asked for, and in which order."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, exists, or_

from app.accounts.models import User
from app.core.search import alphabetical, contains
from app.deposits.models import CheckIn, Invitation, InvitationState, ItemList, ListState, Registration
from app.editions.models import ListKind, Slot

STATE_FILTERS = {
    "to_activate": "À activer",
    "expired": "Invitation expirée",
    "activated": "Activés",
    "draft": "Liste à valider",
    "validated": "Listes validées",
    "to_link": "Adhérent à relier",
    "without_slot": "Sans créneau",
    "checked_in": "Déposés",
}


@dataclass(frozen=True)
class Filter:
    """What the address of the list says. `slot` is an id as text; unknown values filter nothing."""

    q: str = ""
    state: str = ""
    slot: str = ""
    kind: str = ""
    sort: str = "name"


def matching(edition_id: int, wanted: Filter, query: Select[Any]) -> Select[Any]:
    """The query, narrowed to the registrations of an edition that match."""
    query = (
        query.select_from(Registration)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Slot, Slot.id == Registration.slot_id)
        .outerjoin(
            Invitation,
            and_(Invitation.edition_id == edition_id, Invitation.user_id == Registration.user_id),
        )
        .outerjoin(CheckIn, CheckIn.registration_id == Registration.id)
        .where(Registration.edition_id == edition_id)
    )
    for word in wanted.q.split()[:5]:
        query = query.where(_holds(word))
    if wanted.slot.isdigit():
        query = query.where(Registration.slot_id == int(wanted.slot[:9]))
    if wanted.kind in list(ListKind):
        query = query.where(Registration.list_kind == ListKind(wanted.kind))
    if wanted.state in STATE_FILTERS:
        query = query.where(_in_state(wanted.state))
    return query


def _holds(word: str) -> Any:
    said = [contains(User.last_name, word), contains(User.first_name, word), contains(User.email, word)]
    said.append(Registration.order_reference == word)
    if word.isdigit() and len(word) <= 4:
        said.append(exists().where(ItemList.registration_id == Registration.id, ItemList.number == int(word)))
    return or_(*said)


def _in_state(state: str) -> Any:
    lists = exists().where(ItemList.registration_id == Registration.id)
    match state:
        case "to_activate":
            return User.activated_at.is_(None)
        case "expired":
            return and_(User.activated_at.is_(None), Invitation.state == InvitationState.EXPIRED)
        case "activated":
            return User.activated_at.is_not(None)
        case "draft":
            return lists.where(ItemList.state == ListState.DRAFT)
        case "validated":
            return lists.where(ItemList.state == ListState.VALIDATED)
        case "to_link":
            return and_(Registration.list_kind == ListKind.FAMILY, Registration.sponsor_id.is_(None))
        case "without_slot":
            return Registration.slot_id.is_(None)
        case _:
            return CheckIn.id.is_not(None)


def ordered(query: Select[Any], sort: str) -> Select[Any]:
    """The query, by `name` or `slot`, the other way round with a `-` before it."""
    columns: dict[str, list[Any]] = {
        "name": [alphabetical(User.last_name), alphabetical(User.first_name)],
        "slot": [case((Slot.starts_at.is_(None), 1), else_=0), Slot.starts_at, alphabetical(User.last_name)],
    }
    wanted = columns.get(sort.removeprefix("-"), columns["name"])
    if sort.startswith("-"):
        wanted = [column.desc() for column in wanted]
    return query.order_by(*wanted, Registration.id)
