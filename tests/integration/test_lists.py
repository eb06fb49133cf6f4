"""Filling, validating, numbering and reopening a list, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.codes import make_code
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.editing_rules import ListReadOnly
from app.deposits.item_rules import ItemFacts, ItemRefused
from app.deposits.list_rules import ListLimitReached
from app.deposits.models import Item, ItemList, ItemState, LabelStatus, ListState
from app.deposits.queries.lists import facts_of, get_own_list, live_items, takeover_candidates
from app.deposits.services.items import (
    AlreadyTakenOver,
    Direction,
    add_item,
    change_item,
    delete_item,
    duplicate_item,
    move_item,
    restore_item,
    take_over,
)
from app.deposits.services.lists import (
    ListNotReady,
    TermsNotAccepted,
    assign_codes,
    unlock_list,
    validate_list,
)
from app.deposits.services.registration_changes import link_sponsor
from app.editions.models import EditionState, ListKind
from tests.factories import (
    SALE_DAY,
    EditionFactory,
    ItemFactory,
    ItemListFactory,
    MemberNumberFactory,
    RegistrationFactory,
    UserFactory,
    declared_list,
)

TROUSERS = ItemFacts(
    category="clothes",
    type="pantalon",
    gender="fille",
    size="8 ans",
    brand="",
    colour="bleu",
    description="Toile",
    price_cents=450,
    pieces=1,
    max_age_months=None,
    conforms=True,
    donate_if_unsold=False,
)
BOOK = replace(TROUSERS, category="books", type="livre-enfant", gender="", size="", description="Albums")
BOOTS = replace(TROUSERS, category="shoes", type="bottes-de-pluie", size="28", description="")
TERMS = "2026-1"


@pytest.fixture(autouse=True)
def three_weeks_before() -> Iterator[None]:
    with time_machine.travel(SALE_DAY - timedelta(days=20), tick=True):
        yield


def open_list(**values: Any) -> ItemList:
    registration = values.pop("registration", None) or RegistrationFactory(
        edition=EditionFactory(state=EditionState.OPEN), list_kind=values.pop("kind", ListKind.STANDARD)
    )
    made: ItemList = ItemListFactory(registration=registration, **values)
    return made


def titles(item_list: ItemList) -> list[tuple[int, str]]:
    db.session.flush()
    db.session.expire(item_list, ["items"])
    return [(item.position, item.type) for item in live_items(item_list)]


def test_items_stand_in_category_order_with_compact_positions(app: Flask) -> None:
    item_list = open_list()
    for facts in (BOOK, TROUSERS, BOOTS, replace(TROUSERS, type="robe")):
        add_item(item_list, facts)
    expected = [(1, "pantalon"), (2, "robe"), (3, "bottes-de-pluie"), (4, "livre-enfant")]
    assert titles(item_list) == expected
    delete_item(item_list.items[1])
    assert titles(item_list) == [(1, "pantalon"), (2, "bottes-de-pluie"), (3, "livre-enfant")]


def test_an_item_moves_within_its_category_only(app: Flask) -> None:
    item_list = open_list()
    first, second = add_item(item_list, TROUSERS), add_item(item_list, replace(TROUSERS, type="robe"))
    book = add_item(item_list, BOOK)
    assert move_item(first, Direction.DOWN)
    assert titles(item_list) == [(1, "robe"), (2, "pantalon"), (3, "livre-enfant")]
    assert not move_item(first, Direction.DOWN)
    assert not move_item(book, Direction.UP)
    assert not move_item(second, Direction.UP)


def test_a_copy_follows_its_original_and_a_restored_item_its_place(app: Flask) -> None:
    item_list = open_list()
    first = add_item(item_list, TROUSERS)
    add_item(item_list, replace(TROUSERS, type="robe"))
    copy = duplicate_item(first)
    assert (copy.position, copy.size) == (2, "8 ans")
    facts, position = facts_of(first), first.position
    delete_item(first)
    assert restore_item(item_list, facts, position).position == 1
    assert [item.position for item in live_items(item_list)] == [1, 2, 3]


def test_changing_the_category_moves_the_item(app: Flask) -> None:
    item_list = open_list()
    item = add_item(item_list, TROUSERS)
    add_item(item_list, BOOTS)
    change_item(item, BOOK)
    assert titles(item_list) == [(1, "bottes-de-pluie"), (2, "livre-enfant")]


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        (replace(BOOK, price_cents=99), "price_cents", "au moins 1,00"),
        (replace(BOOK, price_cents=15001), "price_cents", "au plus 150,00"),
        (replace(BOOK, price_cents=1230), "price_cents", "par pas de 0,50"),
        (
            replace(BOOK, category="other", type="autre", description="siège auto bleu"),
            "description",
            "refusé",
        ),
        (replace(BOOK, type="vaisseau"), "type", "Choisissez un type"),
    ],
)
def test_the_rulebook_refuses_with_its_own_sentence(
    app: Flask, facts: ItemFacts, field: str, words: str
) -> None:
    item_list = open_list()
    with pytest.raises(ItemRefused) as refused:
        add_item(item_list, facts)
    problem = next(each for each in refused.value.problems if each.field == field)
    assert words in problem.message.replace("\u00a0", " ")
    assert titles(item_list) == []


def test_the_13th_garment_the_2nd_coat_and_the_25th_item_are_refused(app: Flask) -> None:
    item_list = open_list()
    add_item(item_list, replace(TROUSERS, type="manteau-anorak"))
    with pytest.raises(ListLimitReached, match="Manteau, blouson : 1 au plus"):
        add_item(item_list, replace(TROUSERS, type="veste-blouson"))
    for _ in range(11):
        add_item(item_list, TROUSERS)
    with pytest.raises(ListLimitReached, match="Vêtements : 12 au plus"):
        add_item(item_list, TROUSERS)
    for _ in range(12):
        add_item(item_list, BOOK)
    with pytest.raises(ListLimitReached, match="complète : 24 articles au plus"):
        add_item(item_list, BOOK)
    # An item that stays what it is may always be corrected.
    change_item(item_list.items[0], facts_of(item_list.items[0]))


def test_after_the_deadline_nothing_changes_any_more(app: Flask) -> None:
    item_list = open_list()
    item = add_item(item_list, TROUSERS)
    acts = [
        lambda: add_item(item_list, BOOK),
        lambda: change_item(item, BOOK),
        lambda: delete_item(item),
        lambda: duplicate_item(item),
        lambda: move_item(item, Direction.UP),
        lambda: restore_item(item_list, BOOK, 1),
        lambda: take_over(item_list, ItemFactory()),
        lambda: validate_list(item_list, TERMS),
    ]
    with time_machine.travel(SALE_DAY - timedelta(days=7)):
        for act in acts:
            with pytest.raises(ListReadOnly, match="Les déclarations sont closes"):
                act()
    assert titles(item_list) == [(1, "pantalon")]


def test_validation_declares_numbers_and_codes_the_items(app: Flask) -> None:
    item_list = open_list(number=245)
    for facts in (BOOK, TROUSERS, BOOTS):
        add_item(item_list, facts)
    validate_list(item_list, TERMS)
    edition = item_list.registration.edition
    assert item_list.state is ListState.VALIDATED
    assert item_list.terms_version == TERMS
    assert [(item.line, item.type) for item in item_list.items] == [
        (1, "pantalon"), (2, "bottes-de-pluie"), (3, "livre-enfant"),
    ]  # fmt: skip
    assert [item.code for item in item_list.items] == [make_code(edition.number, 245, n) for n in (1, 2, 3)]
    assert {item.state for item in item_list.items} == {ItemState.DECLARED}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "list.validated")).one()
    assert entry.actor_id == item_list.registration.user_id
    with pytest.raises(ListReadOnly, match="est validée"):
        add_item(item_list, BOOK)


def test_lines_go_on_from_one_list_of_a_member_to_the_next(app: Flask) -> None:
    first = open_list(kind=ListKind.MEMBER, number=1012)
    second = open_list(registration=first.registration, number=1012, rank=2)
    for item_list in (first, second):
        add_item(item_list, BOOK)
        validate_list(item_list, TERMS)
    assert (first.items[0].line, second.items[0].line) == (1, 25)


def test_an_empty_list_missing_terms_and_old_terms_are_refused(app: Flask) -> None:
    item_list = open_list()
    with pytest.raises(ListNotReady) as refused:
        validate_list(item_list, TERMS)
    assert [each.message for each in refused.value.problems] == ["Ajoutez au moins un article."]
    add_item(item_list, BOOK)
    with pytest.raises(TermsNotAccepted, match="Cochez"):
        validate_list(item_list, None)
    with pytest.raises(TermsNotAccepted, match="viennent de changer"):
        validate_list(item_list, "2025-1")


def test_a_family_list_gets_its_codes_when_its_number_is_known(app: Flask) -> None:
    item_list = open_list(kind=ListKind.FAMILY, number=None)
    add_item(item_list, BOOK)
    validate_list(item_list, TERMS)
    assert (item_list.items[0].line, item_list.items[0].code) == (1, None)
    item_list.number, item_list.rank = 2012, 3
    assign_codes(item_list)
    edition = item_list.registration.edition
    assert item_list.items[0].code == make_code(edition.number, 2012, 49)


def test_linking_its_member_gives_a_validated_family_list_its_codes(app: Flask) -> None:
    item_list = open_list(kind=ListKind.FAMILY, number=None)
    add_item(item_list, BOOK)
    validate_list(item_list, TERMS)
    member = MemberNumberFactory(number=1012).user
    link_sponsor(item_list.registration, member)
    edition = item_list.registration.edition
    assert (item_list.number, item_list.rank) == (2012, 1)
    assert item_list.items[0].code == make_code(edition.number, 2012, 1)
    with pytest.raises(DomainError, match="déverrouillez-la"):
        link_sponsor(item_list.registration, MemberNumberFactory(number=1013).user)


def test_reopening_before_labels_numbers_afresh(app: Flask) -> None:
    item_list, manager = open_list(), UserFactory()
    for facts in (TROUSERS, BOOTS):
        add_item(item_list, facts)
    validate_list(item_list, TERMS)
    unlock_list(item_list, manager.id, "  Erreur de prix  ")
    assert [(item.line, item.code, item.state) for item in item_list.items] == [
        (None, None, ItemState.DRAFT)
    ] * 2
    assert item_list.unlock_reason == "Erreur de prix"
    with time_machine.travel(SALE_DAY - timedelta(days=6)):  # past the deadline
        delete_item(item_list.items[0])
        validate_list(item_list, TERMS)
    assert [item.line for item in item_list.items] == [1]


def test_after_labels_a_code_never_names_another_item(app: Flask) -> None:
    item_list, manager = open_list(), UserFactory()
    for facts in (TROUSERS, replace(TROUSERS, type="robe"), BOOK):
        add_item(item_list, facts)
    validate_list(item_list, TERMS)
    item_list.label_status, item_list.labels_generated_at = LabelStatus.PRINTED, utcnow()
    codes = {item.type: item.code for item in item_list.items}
    unlock_list(item_list, manager.id, "Robe tachée")
    dress = next(item for item in item_list.items if item.type == "robe")
    delete_item(dress)
    add_item(item_list, BOOTS)
    validate_list(item_list, TERMS)
    assert dress.state is ItemState.WITHDRAWN
    assert dress.code == codes["robe"]
    kept = {item.type: (item.line, item.code) for item in live_items(item_list)}
    assert kept["pantalon"] == (1, codes["pantalon"])
    assert kept["livre-enfant"] == (3, codes["livre-enfant"])
    assert kept["bottes-de-pluie"][0] == 4
    assert item_list.label_status is LabelStatus.NOT_GENERATED  # to be printed again
    assert item_list.labels_generated_at is not None


def test_reopening_asks_for_a_reason_and_is_audited(app: Flask) -> None:
    item_list, manager = declared_list(1), UserFactory()
    item_list.registration.edition.state = EditionState.FROZEN
    with pytest.raises(DomainError) as refused:
        unlock_list(item_list, manager.id, " ")
    assert refused.value.field == "reason"
    unlock_list(item_list, manager.id, "Prix oublié")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "list.unlocked")).one()
    assert (entry.actor_id, "Prix oublié" in entry.details) == (manager.id, True)


def test_a_list_forgotten_until_the_declarations_end_is_reopened_by_a_manager(app: Flask) -> None:
    item_list, manager = open_list(), UserFactory()
    with pytest.raises(DomainError, match="peut déjà la modifier"):
        unlock_list(item_list, manager.id, "Pas encore close")
    item_list.registration.edition.state = EditionState.FROZEN
    with pytest.raises(ListReadOnly):
        add_item(item_list, BOOTS)
    unlock_list(item_list, manager.id, "Oubliée")
    add_item(item_list, BOOTS)
    validate_list(item_list, TERMS)
    assert [item.state for item in item_list.items] == [ItemState.DECLARED]


def test_unsold_items_of_the_last_edition_are_taken_over_once(app: Flask) -> None:
    user = UserFactory(deposits=True)
    for days, state in ((700, ItemState.RETURNED), (180, ItemState.RETURNED)):
        edition = EditionFactory(sale_starts_at=SALE_DAY - timedelta(days=days))
        former = declared_list(3, registration=RegistrationFactory(edition=edition, user=user))
        former.items[0].state, former.items[1].state = state, ItemState.UNSOLD
        former.items[2].state = ItemState.DONATED
    item_list = open_list(
        registration=RegistrationFactory(edition=EditionFactory(state=EditionState.OPEN), user=user)
    )
    candidates = takeover_candidates(user.id, item_list.registration.edition)
    assert [item.list_id for item in candidates] == [former.id] * 2
    copy = take_over(item_list, candidates[0])
    assert (copy.description, copy.state, copy.code) == (candidates[0].description, ItemState.DRAFT, None)
    assert takeover_candidates(user.id, item_list.registration.edition) == candidates[1:]
    with pytest.raises(AlreadyTakenOver):
        take_over(item_list, candidates[0])
    delete_item(copy)
    assert takeover_candidates(user.id, item_list.registration.edition) == candidates


def test_a_list_of_somebody_else_does_not_exist(app: Flask) -> None:
    item_list, stranger = open_list(), UserFactory()
    with pytest.raises(NotFound):
        get_own_list(stranger.id, item_list.edition_id, item_list.id)


def test_items_belong_to_the_edition_of_their_list(app: Flask) -> None:
    item_list = open_list()
    item = add_item(item_list, TROUSERS)
    assert db.session.get_one(Item, item.id).edition_id == item_list.edition_id
