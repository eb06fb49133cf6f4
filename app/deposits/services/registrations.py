"""Registering people in an edition: their account, their lists and numbers, their slot."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Role, User
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import ItemList, MemberNumber, Registration, RegistrationSource
from app.deposits.registration_rules import (
    check_accepting,
    free_ranks,
    lists_to_give,
    lowest_free_numbers,
    slot_facts,
    slot_refusal,
)
from app.editions.models import Edition, ListKind, Slot
from app.editions.rulebook import NumberPolicy
from app.editions.services.steps import lock_edition


@dataclass(frozen=True)
class Person:
    """Who registers; e-mail in lower case, phone as E.164, empty texts for what is not known."""

    email: str
    first_name: str
    last_name: str
    phone: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True)
class Wish:
    """What one person registers for."""

    person: Person
    kind: ListKind
    slot: Slot | None
    source: RegistrationSource
    order_reference: str | None = None
    comment: str = ""
    sponsor: User | None = None


class AlreadyRegistered(DomainError):
    """A depositor deposits once per edition."""

    def __init__(self) -> None:
        super().__init__("Cette personne est déjà inscrite à cette édition.", "email")


class Crossed(DomainError):
    """Two transactions gave the same thing away, which the locks make rare."""

    def __init__(self) -> None:
        super().__init__("Cette inscription en a croisé une autre : recommencez dans un instant.")


# The number of a list, None while unknown, and its rank under it.
Place = tuple[int | None, int]


def register(edition_id: int, wish: Wish) -> Registration:
    """Register one person; many at once go through one `Desk`. Raises DomainError."""
    return Desk(edition_id, [wish.person.email]).register(wish)


class Desk:
    """Registers people one after the other in one edition, without a query each but to write them.

    The edition's row stays locked until the transaction ends, so numbers and places are given one at a time
    on both databases. Slots are locked too, in the order of their ids, for `change_slot` counts alone.
    """

    def __init__(self, edition_id: int, emails: Collection[str]) -> None:
        """`emails`: of everybody who will be registered here."""
        self.edition: Edition = lock_edition(edition_id)
        check_accepting(self.edition.state)
        self.book = self.edition.rulebook
        slots = select(Slot).where(Slot.edition_id == edition_id).order_by(Slot.id).with_for_update()
        self._slots = {slot.id: slot for slot in db.session.scalars(slots)}
        self._users = {
            user.email: user for user in db.session.scalars(select(User).where(User.email.in_(emails)))
        }
        self._load_registrations()
        self._load_numbers()

    def _load_registrations(self) -> None:
        here = select(Registration.user_id, Registration.slot_id)
        rows = db.session.execute(here.where(Registration.edition_id == self.edition.id)).all()
        ids = {row.user_id for row in rows}
        self._registered = {email for email, user in self._users.items() if user.id in ids}
        self._taken = Counter(row.slot_id for row in rows)
        elsewhere = select(Registration.user_id, Registration.list_kind).where(
            Registration.edition_id != self.edition.id,
            Registration.user_id.in_([user.id for user in self._users.values()]),
        )
        self._came_before = {(row.user_id, row.list_kind) for row in db.session.execute(elsewhere)}

    def _load_numbers(self) -> None:
        lists = select(ItemList.number, ItemList.rank).where(ItemList.edition_id == self.edition.id)
        self._ranks: defaultdict[int, set[int]] = defaultdict(set)
        for number, rank in db.session.execute(lists):
            if number is not None:
                self._ranks[number].add(rank)
        members = db.session.execute(select(MemberNumber.user_id, MemberNumber.number)).all()
        self._members: dict[int, int] = {row.user_id: row.number for row in members}
        self._member_numbers = set(self._members.values())

    def knows(self, email: str) -> bool:
        """Whether an account exists for this e-mail, one of those the desk was opened with."""
        return email in self._users

    def register(self, wish: Wish) -> Registration:
        """One person with their lists, all or nothing; raises DomainError and leaves the rest as it was."""
        try:
            with db.session.begin_nested():
                return self.add(wish)
        except IntegrityError as error:
            raise Crossed from error

    def add(self, wish: Wish) -> Registration:
        """As `register`, left in the session for a flush shared by many: the caller holds the savepoint.

        A DomainError comes before anything was added.
        """
        user = self._users.get(wish.person.email)
        self._check(wish, user)
        places = self._places(wish, user)
        user = self._written_user(wish.person, user)
        registration = Registration(
            edition_id=self.edition.id,
            user=user,
            slot=wish.slot,
            list_kind=wish.kind,
            source=wish.source,
            order_reference=wish.order_reference or None,
            sponsor=wish.sponsor,
            comment=wish.comment,
        )
        registration.lists = [
            ItemList(edition_id=self.edition.id, number=number, rank=rank) for number, rank in places
        ]
        db.session.add(registration)
        self._remember(wish, user, places)
        return registration

    def _check(self, wish: Wish, user: User | None) -> None:
        if wish.person.email in self._registered:
            raise AlreadyRegistered
        if user is not None and not user.active:
            raise DomainError("Le compte de cette personne est désactivé.", "email")
        if wish.slot is not None:
            self._check_slot(wish.slot, wish.kind, wish.person.postcode or (user and user.postcode))

    def _check_slot(self, slot: Slot, kind: ListKind, postcode: str | None) -> None:
        if slot.id not in self._slots:
            raise DomainError("Ce créneau n’existe plus : choisissez-en un autre.", "slot")
        taken = self._taken[slot.id]
        refusal = slot_refusal(slot_facts(slot), kind, postcode, taken, self.book.residents_postcode)
        if refusal:
            raise DomainError(refusal, "slot")

    def _places(self, wish: Wish, user: User | None) -> list[Place]:
        """The number and rank of each list of a new registration."""
        rules = self.book.kind(wish.kind)
        first_time = user is None or (user.id, wish.kind) not in self._came_before
        count = lists_to_give(rules, first_time=first_time)
        if rules.number_policy is NumberPolicy.PER_LIST:
            return [(number, 1) for number in lowest_free_numbers(self.book, wish.kind, self._ranks, count)]
        if rules.number_policy is NumberPolicy.FOR_LIFE:
            number: int | None = self._number_for_life(user, wish.kind)
        else:
            number = self._number_of_sponsor(wish.sponsor, rules.number_offset or 0)
        taken = self._ranks.get(number, set()) if number else set()
        return [(number, rank) for rank in free_ranks(rules, number or 0, taken, count)]

    def _number_for_life(self, user: User | None, kind: str) -> int:
        """The number a member has, or the lowest free one."""
        if user is not None and user.id in self._members:
            return self._members[user.id]
        return lowest_free_numbers(self.book, kind, self._member_numbers | self._ranks.keys(), 1)[0]

    def _number_of_sponsor(self, sponsor: User | None, offset: int) -> int | None:
        if sponsor is None:
            return None
        if sponsor.id not in self._members:
            raise DomainError(f"{sponsor.full_name} n’a pas de numéro d’adhérent.", "sponsor")
        return self._members[sponsor.id] + offset

    def _written_user(self, person: Person, user: User | None) -> User:
        """A volunteer keeps the role. What activated people wrote about themselves is not overwritten."""
        if user is None:
            user = User(email=person.email, role=Role.DEPOSITOR, active=True)
            db.session.add(user)
        known = user.activated_at is not None
        for name in ("first_name", "last_name", "phone", "address", "postcode", "city"):
            given = getattr(person, name)
            if given and not (known and getattr(user, name)):
                setattr(user, name, given)
        user.deposits = True
        return user

    def _remember(self, wish: Wish, user: User, places: list[Place]) -> None:
        self._users[user.email] = user
        self._registered.add(user.email)
        self._taken[wish.slot.id if wish.slot else None] += 1
        for number, rank in places:
            if number is not None:
                self._ranks[number].add(rank)
        own = places[0][0]
        if wish.kind is ListKind.MEMBER and own is not None and own not in self._member_numbers:
            self._member_numbers.add(own)
            db.session.add(MemberNumber(user=user, number=own))
