"""Registering people: numbers, places, members and families, on both databases."""

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.clock import utcnow
from app.core.db import db, in_transaction
from app.core.errors import DomainError
from app.deposits.models import (
    Invitation,
    ItemList,
    ItemState,
    LabelStatus,
    ListState,
    MemberNumber,
    Registration,
    RegistrationSource,
)
from app.deposits.queries.registration_filter import Filter
from app.deposits.queries.registration_list import find_registrations
from app.deposits.services.registration_changes import (
    add_list,
    cancel_registration,
    change_slot,
    link_sponsor,
    set_member_number,
)
from app.deposits.services.registrations import AlreadyRegistered, Person, Wish, register
from app.editions.models import Edition, EditionState, ListKind, Slot
from app.editions.queries import list_slots
from app.editions.rulebook import Rulebook
from app.editions.services.creation import NewEdition, create_edition
from tests.factories import ItemFactory, UserFactory
from tests.support.queries import counted_queries

Login = Callable[[FlaskClient, User], FlaskClient]
STANDARD, MEMBER, FAMILY = ListKind.STANDARD, ListKind.MEMBER, ListKind.FAMILY


def make_edition() -> Edition:
    edition = create_edition(NewEdition("Automne 2026", 26, date(2026, 11, 21), "Gymnase"))
    edition.state = EditionState.OPEN
    db.session.commit()
    return edition


@pytest.fixture
def edition(app: Flask) -> Edition:
    return make_edition()


def test_a_refused_reason_to_unlock_is_shown_again_in_its_dialog(
    edition: Edition, client: FlaskClient, login: Login
) -> None:
    found = enrol(edition, "paul")
    item_list = found.lists[0]
    ItemFactory(item_list=item_list, state=ItemState.DECLARED)
    item_list.state, item_list.label_status = ListState.VALIDATED, LabelStatus.PRINTED
    db.session.commit()
    login(client, UserFactory(role=Role.MANAGER))
    page = f"/editions/{edition.id}/registrations/{found.id}"
    shown = client.get(page).text
    assert "jetez les anciennes étiquettes" in shown
    assert " open>" not in shown
    refused = client.post(f"{page}/lists/{item_list.id}/unlock", data={"reason": "zz"})
    assert refused.status_code == 422
    dialog = refused.text[refused.text.index("<dialog") :]
    assert " open>" in dialog.splitlines()[0]
    assert 'value="zz"' in dialog
    assert "Dites pourquoi" in dialog
    given = client.post(f"{page}/lists/{item_list.id}/unlock", data={"reason": "Prix oublié"})
    assert given.status_code == 303


def test_a_manager_is_offered_to_unlock_what_the_depositor_cannot_change(
    edition: Edition, client: FlaskClient, login: Login
) -> None:
    found = enrol(edition, "paul")
    edition.declaration_deadline = utcnow() + timedelta(days=1)
    login(client, UserFactory(role=Role.MANAGER))
    page = f"/editions/{edition.id}/registrations/{found.id}"
    for state, offered in (
        (EditionState.OPEN, False),
        (EditionState.FROZEN, True),
        (EditionState.SELLING, False),
    ):
        edition.state = state
        db.session.commit()
        assert ("Déverrouiller" in client.get(page).text) is offered, state


def slot_named(edition: Edition, label: str) -> Slot:
    return next(slot for slot in list_slots(edition.id) if slot.label == label)


def enrol(
    edition: Edition, name: str, kind: ListKind = STANDARD, slot: Slot | None = None, **more
) -> Registration:
    postcode = more.pop("postcode", "31830")
    person = Person(f"{name}@example.org", name.title(), "Martin", postcode=postcode)
    return register(edition.id, Wish(person, kind, slot, RegistrationSource.DESK, **more))


def numbers(registration: Registration) -> list[tuple[int | None, int]]:
    rows = db.session.execute(
        select(ItemList.number, ItemList.rank)
        .where(ItemList.registration_id == registration.id)
        .order_by(ItemList.number, ItemList.rank)
    )
    return [tuple(row) for row in rows]


def test_standard_lists_take_the_lowest_free_numbers(edition: Edition) -> None:
    first, second = enrol(edition, "lea"), enrol(edition, "tom")
    assert (numbers(first), numbers(second)) == ([(100, 1), (101, 1)], [(102, 1), (103, 1)])
    cancel_registration(first)
    assert numbers(enrol(edition, "zoe")) == [(100, 1), (101, 1)]


def test_numbers_run_out_with_a_sentence(edition: Edition) -> None:
    data = edition.rulebook.to_dict()
    data["ranges"] = [each for each in data["ranges"] if each["kind"] != "standard"]
    data["ranges"].append(
        {"first": 100, "last": 101, "colour_hex": "#FFFFFF", "colour_name": "Blanc", "kind": "standard"}
    )
    edition.rulebook = Rulebook.from_dict(data)
    db.session.flush()
    enrol(edition, "lea")
    with pytest.raises(DomainError, match="assez de numéros"):
        enrol(edition, "tom")
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1
    assert db.session.scalar(select(User).where(User.email == "tom@example.org")) is None


def test_a_member_keeps_the_number_for_life(edition: Edition) -> None:
    assert numbers(enrol(edition, "ana", MEMBER)) == [(1000, 1), (1000, 2)]
    assert numbers(enrol(edition, "bea", MEMBER)) == [(1001, 1), (1001, 2)]
    spring = create_edition(NewEdition("Printemps", 27, date(2027, 3, 20)))
    spring.state = EditionState.OPEN
    assert numbers(enrol(spring, "bea", MEMBER)) == [(1001, rank) for rank in (1, 2, 3, 4)]


def test_a_family_waits_for_its_member_then_takes_the_number_plus_1000(edition: Edition) -> None:
    member = enrol(edition, "ana", MEMBER)
    cousin, friend, third = (enrol(edition, name, FAMILY) for name in ("cousin", "friend", "third"))
    assert numbers(cousin) == [(None, 1), (None, 2)]
    link_sponsor(cousin, member.user)
    link_sponsor(friend, member.user)
    assert numbers(cousin) == [(2000, 1), (2000, 2)]
    assert numbers(friend) == [(2000, 3), (2000, 4)]
    with pytest.raises(DomainError, match="déjà 4 de ses 4 listes"):
        link_sponsor(third, member.user)
    assert numbers(enrol(edition, "late", FAMILY)) == [(None, 1), (None, 2)]


def test_a_family_whose_member_is_known_gets_its_number_at_once(edition: Edition) -> None:
    member = enrol(edition, "ana", MEMBER)
    assert numbers(enrol(edition, "cousin", FAMILY, sponsor=member.user)) == [(2000, 1), (2000, 2)]


def test_a_family_changes_member(edition: Edition) -> None:
    ana, bea = enrol(edition, "ana", MEMBER), enrol(edition, "bea", MEMBER)
    cousin = enrol(edition, "cousin", FAMILY, sponsor=ana.user)
    link_sponsor(cousin, bea.user)
    assert numbers(cousin) == [(2001, 1), (2001, 2)]
    link_sponsor(cousin, bea.user)
    assert numbers(cousin) == [(2001, 1), (2001, 2)]


def test_only_somebody_with_a_number_can_be_the_member(edition: Edition) -> None:
    cousin, stranger = enrol(edition, "cousin", FAMILY), enrol(edition, "lea")
    with pytest.raises(DomainError, match="pas de numéro d’adhérent"):
        link_sponsor(cousin, stranger.user)
    with pytest.raises(DomainError, match="non la personne elle-même"):
        link_sponsor(cousin, cousin.user)
    with pytest.raises(DomainError, match="Seules les listes 2000"):
        link_sponsor(stranger, cousin.user)


def test_numbers_on_validated_lists_do_not_move(edition: Edition) -> None:
    member, other = enrol(edition, "ana", MEMBER), enrol(edition, "bea", MEMBER)
    cousin = enrol(edition, "cousin", FAMILY, sponsor=member.user)
    cousin.lists[0].state = ListState.VALIDATED
    db.session.flush()
    with pytest.raises(DomainError, match="déjà validée"):
        link_sponsor(cousin, other.user)
    with pytest.raises(DomainError, match="validée"):
        cancel_registration(cousin)


def test_labels_keep_a_number_even_when_the_list_is_open_again(edition: Edition) -> None:
    member = enrol(edition, "ana", MEMBER)
    ItemFactory(item_list=member.lists[0], line=1, code="2610000131")
    for change in (lambda: set_member_number(member, 1005), lambda: cancel_registration(member)):
        with pytest.raises(DomainError, match="étiquettes"):
            change()


def test_a_known_members_number_is_corrected(edition: Edition) -> None:
    ana, bea = enrol(edition, "ana", MEMBER), enrol(edition, "bea", MEMBER)
    set_member_number(ana, 1234)
    assert numbers(ana) == [(1234, 1), (1234, 2)]
    assert db.session.get_one(MemberNumber, ana.user_id).number == 1234
    with pytest.raises(DomainError, match="celui de Ana"):
        set_member_number(bea, 1234)
    with pytest.raises(DomainError, match="vont de"):
        set_member_number(bea, 2100)
    assert numbers(enrol(edition, "cleo", MEMBER)) == [(1000, 1), (1000, 2)]


def test_lists_are_added_up_to_four(edition: Edition) -> None:
    ana = enrol(edition, "ana", MEMBER)
    add_list(ana)
    add_list(ana)
    assert numbers(ana) == [(1000, rank) for rank in (1, 2, 3, 4)]
    with pytest.raises(DomainError):
        add_list(ana)
    with pytest.raises(DomainError):
        add_list(enrol(edition, "lea"))


def test_a_depositor_deposits_once_per_edition(edition: Edition) -> None:
    enrol(edition, "lea")
    with pytest.raises(AlreadyRegistered):
        enrol(edition, "lea", MEMBER)


def test_places_are_counted(edition: Edition) -> None:
    slot = slot_named(edition, "Jeudi 9h30-12h")
    slot.capacity = 1
    first = enrol(edition, "lea", slot=slot)
    with pytest.raises(DomainError, match="complet"):
        enrol(edition, "tom", slot=slot)
    other = enrol(edition, "zoe")
    with pytest.raises(DomainError, match="complet"):
        change_slot(other, slot.id)
    change_slot(first, slot.id)
    change_slot(first, None)
    change_slot(other, slot.id)
    assert other.slot_id == slot.id


def test_reserved_slots(edition: Edition) -> None:
    residents, members = slot_named(edition, "Vendredi 9h30-12h"), slot_named(edition, "Mercredi 12h-14h")
    with pytest.raises(DomainError, match="habitants du 31830"):
        enrol(edition, "lea", slot=residents, postcode="31300")
    with pytest.raises(DomainError, match="indiquez le code postal"):
        enrol(edition, "lea", slot=residents, postcode="")
    enrol(edition, "lea", slot=residents)
    with pytest.raises(DomainError, match="listes 1000 et 2000"):
        enrol(edition, "tom", slot=members)
    enrol(edition, "ana", MEMBER, slot=members, postcode="")


@pytest.mark.parametrize("state", [EditionState.DRAFT, EditionState.SELLING])
def test_registrations_have_their_time(edition: Edition, state: EditionState) -> None:
    edition.state = state
    db.session.commit()
    with pytest.raises(DomainError, match="inscriptions"):
        enrol(edition, "lea")


def test_cancelling_takes_everything_but_the_account(edition: Edition) -> None:
    lea = enrol(edition, "lea")
    ItemFactory(item_list=lea.lists[0])
    user = lea.user
    cancel_registration(lea)
    db.session.commit()
    for model in (Registration, ItemList, Invitation):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    assert user.deposits is False
    assert db.session.get(User, user.id) is not None


def in_threads(app: Flask, works: list[Callable[[], object]]) -> list[str]:
    """Run each in a thread of its own with a transaction of its own; what they said when refused."""
    refusals: list[str] = []
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                in_transaction(work)
            except DomainError as refusal:
                refusals.append(refusal.message)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return refusals


@pytest.mark.slow
def test_numbers_and_places_hold_when_many_register_at_once(own_app: Flask) -> None:
    edition = make_edition()
    slot = slot_named(edition, "Jeudi 9h30-12h")
    slot.capacity = 3
    db.session.commit()

    def one(name: str) -> Callable[[], object]:
        return lambda: enrol(edition, name, slot=db.session.get_one(Slot, slot.id))

    refusals = in_threads(own_app, [one(f"p{n}") for n in range(8)])
    assert len(refusals) == 5
    assert all("complet" in each for each in refusals)
    db.session.rollback()
    given = db.session.scalars(select(ItemList.number).order_by(ItemList.number)).all()
    assert given == [100, 101, 102, 103, 104, 105]


def test_the_last_place_is_given_once_when_two_change_slot_at_once(own_app: Flask) -> None:
    edition = make_edition()
    slot = slot_named(edition, "Jeudi 9h30-12h")
    slot.capacity = 1
    ids = [enrol(edition, name).id for name in ("lea", "tom", "zoe", "eve")]
    db.session.commit()

    def one(registration_id: int) -> Callable[[], object]:
        return lambda: change_slot(db.session.get_one(Registration, registration_id), slot.id)

    refusals = in_threads(own_app, [one(each) for each in ids])
    assert len(refusals) == 3
    db.session.rollback()
    taken = select(func.count()).where(Registration.slot_id == slot.id)
    assert db.session.scalar(taken) == 1


def test_search_finds_names_without_accents_numbers_and_orders(edition: Edition) -> None:
    person = Person("t.herve@example.org", "Thérèse", "HERVÉ")
    register(edition.id, Wish(person, STANDARD, None, RegistrationSource.BILLETWEB, order_reference="C70001"))
    enrol(edition, "lea")

    def found(q: str) -> list[str]:
        return [line.last_name for line in find_registrations(edition.id, Filter(q=q)).lines]

    for q in ("herve", "HERVÉ", "thér her", "t.herve@", "101", "C70001"):
        assert found(q) == ["HERVÉ"], q
    assert found("102") == ["Martin"]
    assert found("%") == []


def test_filters_tell_who_needs_what(edition: Edition) -> None:
    enrol(edition, "lea", slot=slot_named(edition, "Jeudi 17h-21h"))
    enrol(edition, "cousin", FAMILY)
    active = enrol(edition, "ana", MEMBER)
    active.user.activated_at = edition.created_at
    active.lists[0].state = ListState.VALIDATED
    db.session.flush()

    def found(**values: str) -> set[str]:
        return {line.first_name for line in find_registrations(edition.id, Filter(**values)).lines}

    assert found(state="to_link") == {"Cousin"}
    assert found(state="activated") == found(state="validated") == {"Ana"}
    assert found(state="to_activate") == {"Lea", "Cousin"}
    assert found(state="without_slot") == {"Cousin", "Ana"}
    assert found(kind="1000") == {"Ana"}
    assert found(state="draft", kind="standard") == {"Lea"}
    assert found(state="nonsense", slot="x") == {"Lea", "Cousin", "Ana"}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_list_costs_the_same_for_ten_and_for_a_thousand(
    edition: Edition, client: FlaskClient, login: Login
) -> None:
    users = [UserFactory.build(email=f"u{n}@example.org") for n in range(1000)]
    db.session.add_all(users)
    db.session.flush()

    def fill(some: list[User]) -> None:
        rows = [
            Registration(
                edition_id=edition.id, user_id=user.id, list_kind=STANDARD, source=RegistrationSource.DESK
            )
            for user in some
        ]
        db.session.add_all(rows)
        db.session.flush()
        db.session.add_all(
            ItemList(edition_id=edition.id, registration_id=row.id, number=100 + row.id % 600, rank=row.id)
            for row in rows
        )
        db.session.commit()

    login(client, UserFactory(role=Role.MANAGER))
    counts = []
    for some in (users[:10], users[10:]):
        fill(some)
        with counted_queries() as seen:
            assert client.get(f"/editions/{edition.id}/registrations").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] > 3
