"""What a manager changes in one registration afterwards: slot, member, number, lists, or all of it."""

from sqlalchemy import delete, func, select, update

from app.accounts.models import User
from app.core import audit
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import (
    CheckIn,
    Invitation,
    Item,
    ItemList,
    ListState,
    MemberNumber,
    Registration,
)
from app.deposits.registration_rules import free_ranks, slot_facts, slot_refusal
from app.deposits.services.lists import assign_codes
from app.editions.models import ListKind, Slot
from app.editions.rulebook import NumberPolicy
from app.editions.services.steps import lock_edition, share_edition


def change_slot(registration: Registration, slot_id: int | None, *, by_id: int | None = None) -> None:
    """Give another slot, or none. Raises DomainError when it is full, reserved, or the deposit is done."""
    share_edition(registration.edition_id)
    if _is_checked_in(registration):
        raise DomainError("Le dépôt est déjà enregistré : le créneau ne change plus.", "slot")
    slot = None
    if slot_id is not None:
        # The lock makes the count below true until the commit.
        slot = db.session.scalars(select(Slot).where(Slot.id == slot_id).with_for_update()).one_or_none()
        if slot is None or slot.edition_id != registration.edition_id:
            raise DomainError("Ce créneau n’existe plus : choisissez-en un autre.", "slot")
        others = select(func.count()).where(
            Registration.slot_id == slot.id, Registration.id != registration.id
        )
        refusal = slot_refusal(
            slot_facts(slot),
            registration.list_kind,
            registration.user.postcode,
            db.session.scalar(others) or 0,
            registration.edition.rulebook.residents_postcode,
        )
        if refusal:
            raise DomainError(refusal, "slot")
    registration.slot, registration.slot_id = slot, slot.id if slot else None
    _record("slot_changed", registration, by_id, slot=registration.slot_id)


def link_sponsor(registration: Registration, member: User, *, by_id: int | None = None) -> None:
    """Say which member a family registration belongs to: its lists get that member's number + 1000.

    Raises DomainError when that person has no member number, the number has no list left, or lists of this
    registration are already validated under another number.
    """
    edition = lock_edition(registration.edition_id)
    rules = edition.rulebook.kind(registration.list_kind)
    if rules.number_policy is not NumberPolicy.FROM_MEMBER:
        raise DomainError("Seules les listes 2000 se relient à un adhérent.", "sponsor")
    if member.id == registration.user_id:
        raise DomainError("Choisissez l’adhérent, non la personne elle-même.", "sponsor")
    _check_drafts(registration)
    own = db.session.get(MemberNumber, member.id)
    if own is None:
        raise DomainError(f"{member.full_name} n’a pas de numéro d’adhérent.", "sponsor")
    number = own.number + (rules.number_offset or 0)
    taken = _ranks_of_others(registration, number)
    ranks = free_ranks(rules, number, taken, len(registration.lists))
    registration.sponsor, registration.sponsor_id = member, member.id
    _renumber(registration, number, ranks)
    for each in registration.lists:
        assign_codes(each)  # lists validated before their number was known
    _record("sponsor_linked", registration, by_id, sponsor=member.id)


def set_member_number(registration: Registration, number: int, *, by_id: int | None = None) -> None:
    """Correct the number for life of a member, as known from the years before this application.

    Raises DomainError when it lies outside the members' range, belongs to somebody else, or was already
    used: by validated lists, or by the family whose numbers follow from it.
    """
    edition = lock_edition(registration.edition_id)
    book = edition.rulebook
    if registration.list_kind is not ListKind.MEMBER:
        raise DomainError("Seuls les adhérents ont un numéro fixe.", "number")
    ranges = [each for each in book.ranges if each.kind == registration.list_kind]
    if not any(each.first <= number <= each.last for each in ranges):
        shown = ", ".join(f"{each.first} à {each.last}" for each in ranges)
        raise DomainError(f"Les numéros d’adhérent vont de {shown}.", "number")
    owner = db.session.scalar(select(User).join(MemberNumber).where(MemberNumber.number == number))
    if owner is not None and owner.id != registration.user_id:
        raise DomainError(f"Le numéro {number} est celui de {owner.full_name}.", "number")
    _check_drafts(registration)
    family = select(func.count()).where(Registration.sponsor_id == registration.user_id)
    if db.session.scalar(family):
        raise DomainError("Des listes 2000 suivent ce numéro : il ne change plus.", "number")
    db.session.merge(MemberNumber(user_id=registration.user_id, number=number))
    _renumber(registration, number, [each.rank for each in registration.lists])
    _record("member_number_set", registration, by_id, number=number)


def add_list(registration: Registration, *, by_id: int | None = None) -> ItemList:
    """One more list under the shared number of a member or a family, up to what the rulebook allows."""
    edition = lock_edition(registration.edition_id)
    rules = edition.rulebook.kind(registration.list_kind)
    if not rules.shares_number:
        raise DomainError(f"« {rules.label} » : {rules.max_lists} listes au plus.")
    first = registration.lists[0]
    if first.number is None:
        raise DomainError("Reliez d’abord cette inscription à son adhérent.")
    taken = {each.rank for each in registration.lists} | _ranks_of_others(registration, first.number)
    rank = free_ranks(rules, first.number, taken, 1)[0]
    added = ItemList(
        registration=registration, edition_id=registration.edition_id, number=first.number, rank=rank
    )
    db.session.add(added)
    _record("list_added", registration, by_id, number=first.number, rank=rank)
    return added


def cancel_registration(registration: Registration, *, by_id: int | None = None) -> None:
    """Remove a registration with its drafts and its invitation; the account stays.

    Raises DomainError once a list is validated or the deposit is recorded.
    """
    if _is_checked_in(registration):
        raise DomainError("Le dépôt est déjà enregistré : l’inscription ne s’annule plus.")
    if any(each.state is ListState.VALIDATED for each in registration.lists):
        raise DomainError("Une liste est validée : déverrouillez-la avant d’annuler l’inscription.")
    if _has_codes(registration):
        raise DomainError("Des étiquettes de cette personne existent déjà : l’inscription ne s’annule plus.")
    edition_id, user = registration.edition_id, registration.user
    option = {"edition_id": edition_id}
    list_ids = [each.id for each in registration.lists]
    _record("cancelled", registration, by_id, user=user.id)
    for statement in (
        delete(Item).where(Item.list_id.in_(list_ids)),
        delete(ItemList).where(ItemList.id.in_(list_ids)),
        delete(Invitation).where(Invitation.edition_id == edition_id, Invitation.user_id == user.id),
        delete(Registration).where(Registration.id == registration.id),
    ):
        db.session.execute(statement, execution_options=option)
    db.session.expire_all()
    remaining = select(func.count()).where(Registration.user_id == user.id)
    user.deposits = bool(db.session.scalar(remaining))
    db.session.flush()


def _renumber(registration: Registration, number: int, ranks: list[int]) -> None:
    """Give the lists their places in two steps, for (number, rank) is unique at every moment."""
    lists = list(registration.lists)
    ids = [each.id for each in lists]
    db.session.execute(
        update(ItemList).where(ItemList.id.in_(ids)).values(number=None),
        execution_options={"edition_id": registration.edition_id},
    )
    for each, rank in zip(lists, ranks, strict=True):
        each.number, each.rank = number, rank
    db.session.flush()


def _ranks_of_others(registration: Registration, number: int) -> set[int]:
    query = select(ItemList.rank).where(
        ItemList.edition_id == registration.edition_id,
        ItemList.number == number,
        ItemList.registration_id != registration.id,
    )
    return set(db.session.scalars(query))


def _check_drafts(registration: Registration) -> None:
    if any(each.state is ListState.VALIDATED and each.number is not None for each in registration.lists):
        raise DomainError("Une liste est déjà validée sous son numéro : déverrouillez-la d’abord.")
    if _has_codes(registration):
        raise DomainError("Des étiquettes portent déjà ce numéro : il ne change plus.")


def _has_codes(registration: Registration) -> bool:
    query = select(func.count()).select_from(Item).join(ItemList)
    return bool(
        db.session.scalar(query.where(ItemList.registration_id == registration.id, Item.code.is_not(None)))
    )


def _is_checked_in(registration: Registration) -> bool:
    query = select(func.count()).where(CheckIn.registration_id == registration.id)
    return bool(db.session.scalar(query))


def _record(what: str, registration: Registration, by_id: int | None, **details: object) -> None:
    db.session.flush()
    audit.record(f"registration.{what}", f"registration:{registration.id}", actor_id=by_id, **details)
