"""Reading registrations: one depositor, members, counts."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.core.search import contains
from app.deposits.models import Invitation, ItemList, MemberNumber, Registration


def get_registration(edition_id: int, registration_id: int) -> Registration:
    """One registration with its person, slot, member and lists; raises NotFound."""
    registration = db.session.scalars(
        select(Registration)
        .options(
            joinedload(Registration.user),
            joinedload(Registration.slot),
            joinedload(Registration.sponsor),
            joinedload(Registration.check_in),
            selectinload(Registration.lists).selectinload(ItemList.items),
        )
        .where(Registration.id == registration_id, Registration.edition_id == edition_id)
    ).one_or_none()
    if registration is None:
        raise NotFound("Cette inscription n’existe pas, ou plus.")
    return registration


def invitation_of(registration: Registration) -> Invitation | None:
    query = select(Invitation).where(
        Invitation.edition_id == registration.edition_id, Invitation.user_id == registration.user_id
    )
    return db.session.scalars(query).one_or_none()


def slot_counts(edition_id: int) -> dict[int, int]:
    """Slot id → how many people chose it; slots nobody chose are absent."""
    query = (
        select(Registration.slot_id, func.count())
        .where(Registration.edition_id == edition_id, Registration.slot_id.is_not(None))
        .group_by(Registration.slot_id)
    )
    return {slot_id: count for slot_id, count in db.session.execute(query) if slot_id is not None}


def count_registrations(edition_id: int) -> int:
    query = select(func.count()).where(Registration.edition_id == edition_id)
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class Member:
    """Somebody with a number for life."""

    user_id: int
    number: int
    name: str


def find_members(q: str = "", limit: int = 500) -> list[Member]:
    """Members by number; `q` is part of a name or the number."""
    query = (
        select(MemberNumber.user_id, MemberNumber.number, User.first_name, User.last_name)
        .join(User, User.id == MemberNumber.user_id)
        .order_by(MemberNumber.number)
        .limit(limit)
    )
    for word in q.split()[:5]:
        said = [contains(User.last_name, word), contains(User.first_name, word)]
        if word.isdigit() and len(word) <= 4:
            said.append(MemberNumber.number == int(word))
        query = query.where(or_(*said))
    return [
        Member(user_id, number, f"{first} {last}".strip())
        for user_id, number, first, last in db.session.execute(query)
    ]


def member_number_of(user_id: int) -> int | None:
    return db.session.scalar(select(MemberNumber.number).where(MemberNumber.user_id == user_id))


@dataclass(frozen=True)
class InvitationCounts:
    """How the invitations of an edition stand; people already activated before are not counted here."""

    sent: int = 0
    accepted: int = 0
    cancelled: int = 0
    expired: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.accepted + self.cancelled + self.expired


def count_invitations(edition_id: int) -> InvitationCounts:
    query = (
        select(Invitation.state, func.count())
        .where(Invitation.edition_id == edition_id)
        .group_by(Invitation.state)
    )
    return InvitationCounts(**{state.value: count for state, count in db.session.execute(query)})
