"""Registrations, lists and items of the demonstration, checked in."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select

from app.accounts.demo_accounts import DEMO_ACCOUNTS
from app.accounts.models import Role, User
from app.cli.demo.goods import make_list_goods
from app.cli.demo.people import Person
from app.core.codes import make_code
from app.core.db import db
from app.deposits.list_rules import line_number
from app.deposits.models import (
    CatalogueChange,
    CheckIn,
    Item,
    ItemList,
    ItemState,
    LabelStatus,
    ListState,
    MemberNumber,
    Registration,
    RegistrationSource,
)
from app.editions.models import Edition, ListKind, Slot

ITEMS_PER_LIST = 10
LISTS_EACH = 2
# How many a slot without a limit draws, beside those that have one.
UNLIMITED = 20
REFUSAL_REASONS = ("Tache qui ne part pas", "Pièce manquante", "Fermeture cassée")


def register_people(edition: Edition, people: list[Person], random: Random) -> None:
    """Accounts and registrations: one in six a member, one in twelve of a member's family."""
    depositor_id = next(n for n, a in enumerate(DEMO_ACCOUNTS, start=1) if a.role is Role.DEPOSITOR)
    first_id = len(DEMO_ACCOUNTS) + 1
    activated = edition.declaration_deadline - timedelta(days=10)
    db.session.execute(
        insert(User),
        [
            {
                "id": first_id + index,
                "role": Role.DEPOSITOR,
                "deposits": True,
                "activated_at": activated,
                "consent_version": "2026-1",
                "consent_at": activated,
                **vars(person),
            }
            for index, person in enumerate(people)
        ],
    )
    user_ids = [depositor_id, *range(first_id, first_id + len(people))]
    kinds = [_kind(index) for index in range(len(user_ids))]
    members = [user_id for user_id, kind in zip(user_ids, kinds, strict=True) if kind is ListKind.MEMBER]
    if members:
        rows = [{"user_id": user_id, "number": 1001 + index} for index, user_id in enumerate(members)]
        db.session.execute(insert(MemberNumber), rows)
    slots = list(db.session.scalars(select(Slot).where(Slot.edition_id == edition.id).order_by(Slot.id)))
    sponsors = iter(members)
    registrations = [
        {
            "id": index,
            "edition_id": edition.id,
            "user_id": user_id,
            "slot_id": _slot(slots, kind, random).id,
            "list_kind": kind,
            "source": RegistrationSource.BILLETWEB,
            "order_reference": f"C{70000 + index}",
            "sponsor_id": next(sponsors) if kind is ListKind.FAMILY else None,
            "created_at": activated - timedelta(days=random.randrange(1, 10)),
        }
        for index, (user_id, kind) in enumerate(zip(user_ids, kinds, strict=True), start=1)
    ]
    _make_room(slots, registrations)
    _bulk(edition, Registration, registrations)


def fill_lists(edition: Edition, volunteer_id: int, random: Random) -> None:
    """Two lists of about ten items for everybody, validated, labelled, brought in and on sale."""
    in_their_slot = select(Registration, Slot).join(Slot, Slot.id == Registration.slot_id)
    expected = db.session.execute(in_their_slot.order_by(Registration.id)).all()
    registrations = [registration for registration, _ in expected]
    numbers = _list_numbers(registrations)
    lists: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    check_ins: list[dict[str, Any]] = []
    for registration, slot in expected:
        brought = refused = 0
        for rank in range(1, LISTS_EACH + 1):
            shared = registration.list_kind is not ListKind.STANDARD
            number = numbers[registration.id][0 if shared else rank - 1]
            row = _list_row(
                edition, registration, number, rank if shared else 1, len(lists) + 1, volunteer_id
            )
            lists.append(row)
            # Seven, ten or thirteen: ten on the average, so that the edition has its nominal size.
            count = ITEMS_PER_LIST + (3, 0, -3)[(row["id"] - 1) % 3]
            made = _item_rows(edition, registration, row, count, len(items) + 1, random)
            brought += len(made)
            refused += sum(item["state"] is ItemState.REFUSED for item in made)
            items.extend(made)
        check_ins.append(_check_in_row(registration, slot, brought, refused, volunteer_id))
    _bulk(edition, ItemList, lists)
    _bulk(edition, Item, items)
    _bulk(edition, CheckIn, check_ins)
    _bulk(
        edition,
        CatalogueChange,
        [
            {"edition_id": edition.id, "item_id": item["id"], "at": edition.deposit_ends_at}
            for item in items
            if item["state"] is ItemState.ON_SALE
        ],
    )


def _kind(index: int) -> ListKind:
    if index % 12 == 11:
        return ListKind.FAMILY
    return ListKind.MEMBER if index % 6 == 3 else ListKind.STANDARD


def _slot(slots: list[Slot], kind: ListKind, random: Random) -> Slot:
    fitting = [slot for slot in slots if slot.members_only == (kind is not ListKind.STANDARD)] or slots
    return random.choices(fitting, weights=[slot.capacity or UNLIMITED for slot in fitting])[0]


def _make_room(slots: list[Slot], registrations: list[dict[str, Any]]) -> None:
    """A demonstration larger than the usual sale has slots that hold its depositors, by steps of ten."""
    booked = Counter(row["slot_id"] for row in registrations)
    for slot in slots:
        if slot.capacity is not None:
            slot.capacity = max(slot.capacity, -(-booked[slot.id] // 10) * 10)


def _list_numbers(registrations: list[Registration]) -> dict[int, tuple[int, ...]]:
    """Numbers of each registration's lists, as the product allots them."""
    members = db.session.scalars(select(MemberNumber))
    member_numbers = {member.user_id: member.number for member in members}
    free = iter(range(100, 10_000))
    numbers: dict[int, tuple[int, ...]] = {}
    for registration in registrations:
        if registration.list_kind is ListKind.STANDARD:
            numbers[registration.id] = tuple(next(free) for _ in range(LISTS_EACH))
        elif registration.list_kind is ListKind.MEMBER:
            numbers[registration.id] = (member_numbers[registration.user_id],)
        else:
            assert registration.sponsor_id is not None
            numbers[registration.id] = (member_numbers[registration.sponsor_id] + 1000,)
    return numbers


def _list_row(
    edition: Edition, registration: Registration, number: int, rank: int, row_id: int, volunteer_id: int
) -> dict[str, Any]:
    validated = edition.declaration_deadline - timedelta(hours=row_id % 200 + 1)
    printed = edition.declaration_deadline + timedelta(days=1)
    return {
        "id": row_id,
        "edition_id": edition.id,
        "registration_id": registration.id,
        "number": number,
        "rank": rank,
        "state": ListState.VALIDATED,
        "validated_at": validated,
        "terms_version": "2026-1",
        "label_status": LabelStatus.PRINTED,
        "labels_generated_at": printed,
        "labels_generated_by_id": volunteer_id,
        "labels_printed_at": printed,
        "labels_printed_by_id": volunteer_id,
    }


def _item_rows(
    edition: Edition,
    registration: Registration,
    item_list: dict[str, Any],
    count: int,
    first_id: int,
    random: Random,
) -> list[dict[str, Any]]:
    book = edition.rulebook
    rows = []
    for position, good in enumerate(make_list_goods(book, random, count), start=1):
        line = line_number(book, registration.list_kind, item_list["rank"], position)
        refused = random.random() < 0.01
        rows.append(
            {
                "id": first_id + position - 1,
                "edition_id": edition.id,
                "list_id": item_list["id"],
                "position": position,
                "line": line,
                "code": make_code(edition.number, item_list["number"], line),
                "conforms": True,
                "state": ItemState.REFUSED if refused else ItemState.ON_SALE,
                "state_reason": random.choice(REFUSAL_REASONS) if refused else None,
                "state_changed_at": edition.deposit_ends_at,
                "created_at": item_list["validated_at"] - timedelta(days=1),
                **vars(good),
            }
        )
    return rows


def _check_in_row(
    registration: Registration, slot: Slot, brought: int, refused: int, volunteer_id: int
) -> dict[str, Any]:
    """Brought in during the slot, a few after one another."""
    return {
        "edition_id": registration.edition_id,
        "registration_id": registration.id,
        "identity_checked": True,
        "envelope_checked": True,
        "first_volunteer": "Bernard Sabatéry",
        "second_volunteer": "Odette Pastourel",
        "recorded_by_id": volunteer_id,
        "accepted_count": brought - refused,
        "refused_count": refused,
        "completed_at": slot.starts_at + (slot.ends_at - slot.starts_at) * (registration.id % 60) / 60,
    }


def _bulk(edition: Edition, model: type[Any], rows: list[dict[str, Any]]) -> None:
    db.session.execute(insert(model), rows, execution_options={"edition_id": edition.id})
