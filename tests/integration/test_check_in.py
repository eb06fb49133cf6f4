"""Deposit day: what the two volunteers do, in services and over HTTP, also at the same time."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.db import db, in_transaction
from app.core.errors import DomainError, NotFound
from app.deposits.check_in_rules import CheckInClosed, Verified
from app.deposits.models import CatalogueChange, CheckIn, Item, ItemList, ItemState, ListState, Registration
from app.deposits.queries.catalogue import catalogue_items
from app.deposits.queries.check_in import SHOWN
from app.deposits.services import check_in as services
from app.deposits.services.items import delete_item
from app.deposits.services.lists import unlock_list
from app.deposits.services.registration_changes import cancel_registration
from app.editions.models import EditionState
from tests.factories import (
    SALE_DAY,
    EditionFactory,
    ItemFactory,
    ItemListFactory,
    RegistrationFactory,
    SlotFactory,
    UserFactory,
    declared_list,
)
from tests.support.queries import counted_queries

SAID = Verified(True, True, "Odette Pastourel", "Paul Estève", "M1 2 L3 4", False)
FORM = {
    "identity_checked": "y",
    "first_volunteer": "Odette Pastourel",
    "second_volunteer": "Paul Estève",
    "signed_on_paper": "y",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def a_list(app: Flask) -> ItemList:
    item_list = declared_list(3)
    db.session.commit()
    return item_list


@pytest.fixture
def desk(client: FlaskClient, login: Callable[[FlaskClient, User], FlaskClient], app: Flask) -> FlaskClient:
    """A volunteer's browser."""
    return login(client, UserFactory(role=Role.VOLUNTEER, first_name="Odette", last_name="Pastourel"))


def address(item_list: ItemList, rest: str = "") -> str:
    registration = item_list.registration
    return f"/editions/{registration.edition_id}/deposit/{registration.id}{rest}"


def ids(item_list: ItemList) -> tuple[int, int]:
    return item_list.edition_id, item_list.registration_id


def states(item_list: ItemList) -> list[ItemState]:
    db.session.expire_all()
    return list(
        db.session.scalars(select(Item.state).where(Item.list_id == item_list.id).order_by(Item.line))
    )


def complete(item_list: ItemList, **changes: object) -> CheckIn:
    volunteer = UserFactory(role=Role.VOLUNTEER)
    return services.complete_check_in(*ids(item_list), SAID, volunteer.id, **changes)


def test_everything_not_struck_goes_on_sale_and_the_tills_hear_of_all(a_list: ItemList) -> None:
    services.refuse_item(*ids(a_list), a_list.items[1].id, "  Tache   au dos ")
    check_in = complete(a_list, refused_seen={a_list.items[1].id})
    assert states(a_list) == [ItemState.ON_SALE, ItemState.REFUSED, ItemState.ON_SALE]
    assert a_list.items[1].state_reason == "Tache au dos"
    assert (check_in.accepted_count, check_in.refused_count) == (2, 1)
    assert db.session.scalar(select(func.count()).select_from(CatalogueChange)) == 3
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "check_in.completed")).one()
    assert a_list.items[1].code in entry.details
    assert "Odette" not in entry.details


def test_a_strike_can_be_taken_back_until_the_deposit_is_completed(a_list: ItemList) -> None:
    services.refuse_item(*ids(a_list), a_list.items[0].id, "Tache")
    services.refuse_item(*ids(a_list), a_list.items[1].id, "Trou")
    services.accept_item(*ids(a_list), a_list.items[0].id)
    assert states(a_list) == [ItemState.DECLARED, ItemState.REFUSED, ItemState.DECLARED]
    services.accept_all(*ids(a_list))
    assert states(a_list) == [ItemState.DECLARED] * 3
    assert a_list.items[1].state_reason is None
    complete(a_list)
    with pytest.raises(services.AlreadyCheckedIn):
        services.refuse_item(*ids(a_list), a_list.items[0].id, "Tache")


def test_a_deposit_is_recorded_once_and_says_by_whom(a_list: ItemList) -> None:
    complete(a_list)
    with pytest.raises(services.AlreadyCheckedIn, match="Odette Pastourel et Paul Estève"):
        complete(a_list)
    assert db.session.scalar(select(func.count()).select_from(CheckIn)) == 1


def test_what_another_desk_struck_is_shown_before_anything_is_recorded(a_list: ItemList) -> None:
    services.refuse_item(*ids(a_list), a_list.items[0].id, "Tache")
    with pytest.raises(services.DepositChanged):
        complete(a_list, refused_seen=set())
    complete(a_list, refused_seen={a_list.items[0].id})


def test_two_volunteers_completing_at_once_make_one_deposit(own_app: Flask) -> None:
    item_list = declared_list(5)
    volunteer = UserFactory(role=Role.VOLUNTEER)
    db.session.commit()
    where, by_id = ids(item_list), volunteer.id
    db.session.remove()

    def work(_: int) -> str:
        with own_app.app_context():
            try:
                in_transaction(lambda: services.complete_check_in(*where, SAID, by_id))
            except services.AlreadyCheckedIn:
                return "second"
            return "first"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(work, range(4)))
    assert outcomes == ["first", "second", "second", "second"]
    assert db.session.scalar(select(func.count()).select_from(CheckIn)) == 1
    assert db.session.scalar(select(func.count()).select_from(CatalogueChange)) == 5


@pytest.mark.parametrize("state", [EditionState.DRAFT, EditionState.OPEN, EditionState.SETTLING])
def test_nothing_is_recorded_before_the_freeze_or_after_the_sale(app: Flask, state: EditionState) -> None:
    item_list = declared_list(2, registration=RegistrationFactory(edition=EditionFactory(state=state)))
    with pytest.raises(CheckInClosed):
        services.refuse_item(*ids(item_list), item_list.items[0].id, "Tache")
    with pytest.raises(CheckInClosed):
        complete(item_list)
    assert states(item_list) == [ItemState.DECLARED] * 2


def test_only_validated_lists_with_labels_are_taken(app: Flask) -> None:
    registration = RegistrationFactory()
    item_list = declared_list(2, registration=registration)
    draft = declared_list(2, registration=registration)
    draft.state = ListState.DRAFT
    draft.items[0].state = draft.items[1].state = ItemState.DRAFT
    given_up = ItemFactory(item_list=item_list, position=0, line=9, state=ItemState.WITHDRAWN)
    db.session.flush()
    with pytest.raises(NotFound):
        services.refuse_item(*ids(item_list), draft.items[0].id, "Tache")
    assert complete(item_list).accepted_count == 2
    assert states(draft) == [ItemState.DRAFT] * 2
    assert given_up.state is ItemState.WITHDRAWN


def test_with_no_validated_list_or_no_code_there_is_nothing_to_take(app: Flask, a_list: ItemList) -> None:
    a_list.items[0].code = None
    db.session.flush()
    with pytest.raises(DomainError, match="pas encore de numéro"):
        complete(a_list)
    a_list.state = ListState.DRAFT
    db.session.flush()
    with pytest.raises(DomainError, match="Aucune liste validée"):
        complete(a_list)


def test_lateness_is_judged_by_the_slot(app: Flask) -> None:
    edition = EditionFactory()
    gone = SlotFactory(
        edition=edition, starts_at=SALE_DAY - timedelta(days=900), ends_at=SALE_DAY - timedelta(days=899)
    )
    registration = RegistrationFactory(edition=edition, slot=gone)
    assert complete(declared_list(1, registration=registration)).late
    assert not complete(declared_list(1)).late


def test_what_tills_heard_of_keeps_its_code_when_its_list_is_reopened(a_list: ItemList) -> None:
    """Brought in, undone, reopened: deleted or cancelled then, an item known to tills is never lost."""
    manager = UserFactory(role=Role.MANAGER)
    a_list.registration.edition.state = EditionState.FROZEN
    db.session.commit()
    complete(a_list)
    services.undo_check_in(*ids(a_list), "mauvaise personne", manager.id)
    db.session.commit()
    codes = [item.code for item in a_list.items]
    unlock_list(a_list, manager.id, "une correction")
    delete_item(a_list.items[0])
    db.session.commit()
    assert [item.code for item in a_list.items] == codes
    with pytest.raises(DomainError, match="Des étiquettes de cette personne existent déjà"):
        cancel_registration(a_list.registration)


def test_a_deposit_is_undone_while_nothing_is_sold(a_list: ItemList) -> None:
    services.refuse_item(*ids(a_list), a_list.items[0].id, "Tache")
    complete(a_list)
    manager = UserFactory(role=Role.MANAGER)
    services.undo_check_in(*ids(a_list), "Mauvaise personne", manager.id)
    assert states(a_list) == [ItemState.REFUSED, ItemState.DECLARED, ItemState.DECLARED]
    shown = catalogue_items(a_list.edition_id, [item.id for item in a_list.items])
    assert {item.state for item in shown} == {ItemState.REFUSED, ItemState.DECLARED}, "tills must hear of it"
    complete(a_list)
    a_list.items[1].state = ItemState.SOLD
    db.session.flush()
    with pytest.raises(DomainError, match="déjà vendu"):
        services.undo_check_in(*ids(a_list), "Mauvaise personne", manager.id)


# --- over HTTP


def test_a_stranger_and_a_depositor_stay_outside(client: FlaskClient, a_list: ItemList, login) -> None:
    assert client.get(address(a_list)).status_code == 302
    login(client, a_list.registration.user)
    assert client.get(address(a_list)).status_code == 403
    assert client.post(address(a_list, "/completion"), data=FORM).status_code == 403


def test_the_desk_opens_on_the_next_day_when_somebody_is_expected(desk: FlaskClient) -> None:
    edition, now = EditionFactory(), utcnow()
    tomorrow, after = now + timedelta(days=1), now + timedelta(days=2)
    SlotFactory(
        edition=edition, label="Mardi soir", starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=1)
    )
    awaited = SlotFactory(
        edition=edition, label="Mercredi matin", starts_at=after, ends_at=after + timedelta(hours=1)
    )
    declared_list(1, registration=RegistrationFactory(edition=edition, slot=awaited))
    db.session.commit()
    page = desk.get(f"/editions/{edition.id}/deposit").text
    assert "Mercredi matin" in page
    assert "Mardi soir" not in page


def test_the_day_shows_who_is_expected_late_and_done(desk: FlaskClient, app: Flask) -> None:
    edition = EditionFactory()
    slot = SlotFactory(edition=edition, label="Mercredi 14h-18h")
    people = [
        RegistrationFactory(
            edition=edition, slot=slot, user=UserFactory(first_name=name, last_name="Vasseur")
        )
        for name in ("Anne", "Basile")
    ]
    lists = [declared_list(2, registration=person) for person in people]
    complete(lists[1])
    db.session.commit()
    day = desk.get(f"/editions/{edition.id}/deposit?day=2026-11-18").text
    assert day.index("Anne Vasseur") < day.index("Basile Vasseur")
    assert "1 sur 2" in day
    assert "Déposé à" in day
    assert "Attendu" in day or "En retard" in day


@pytest.mark.parametrize(
    "text", ["hervé thérèse", "therese HERVE", "th@example.org", "{number}", "{number}-02"]
)
def test_a_person_is_found_as_one_types(desk: FlaskClient, app: Flask, text: str) -> None:
    wanted = RegistrationFactory(
        user=UserFactory(first_name="Thérèse", last_name="Hervé", email="th@example.org")
    )
    item_list = declared_list(2, registration=wanted, number=345)
    declared_list(2, registration=RegistrationFactory(edition=wanted.edition), number=512)
    db.session.commit()
    found = desk.get(
        f"/editions/{wanted.edition_id}/deposit",
        query_string={"q": text.format(number=item_list.number)},
        headers=HTMX,
    ).text
    assert "Thérèse Hervé" in found
    assert "1 déposant " in found
    assert "<html" not in found


def test_a_search_that_finds_too_many_asks_for_more_letters(desk: FlaskClient, app: Flask) -> None:
    edition = EditionFactory()
    for _ in range(SHOWN + 1):
        RegistrationFactory(edition=edition, user=UserFactory(last_name="Blanchemain"))
    db.session.commit()
    page = desk.get(f"/editions/{edition.id}/deposit?q=blanche").text
    assert f"Les {SHOWN} premiers déposants" in page
    assert "tapez quelques lettres de plus" in page


def test_a_scanned_label_leads_straight_to_its_depositor(desk: FlaskClient, a_list: ItemList) -> None:
    search = f"/editions/{a_list.edition_id}/deposit"
    plain = desk.get(search, query_string={"q": a_list.items[0].code})
    assert plain.headers["Location"] == address(a_list)
    swapped = desk.get(search, query_string={"q": a_list.items[0].code}, headers=HTMX)
    assert swapped.headers["HX-Redirect"] == address(a_list)
    assert "Étiquette non reconnue" in desk.get(search, query_string={"q": "2699999999"}).text
    assert "Personne ne correspond" in desk.get(search, query_string={"q": "Zzz"}).text


@pytest.mark.slow
def test_a_whole_deposit_over_http(desk: FlaskClient, a_list: ItemList) -> None:
    item = a_list.items[0]
    struck = desk.post(address(a_list, f"/items/{item.id}/refusal"), data={"reason": "Tache"}, headers=HTMX)
    assert struck.status_code == 200
    assert "Refusé : Tache" in struck.text
    assert 'hx-swap-oob="true"' in struck.text
    assert f'name="refused" value="{item.id}"' in struck.text
    done = desk.post(address(a_list, "/completion"), data={**FORM, "refused": item.id})
    assert done.headers["Location"] == address(a_list)
    page = desk.get(address(a_list)).text
    assert "2 en vente, 1 refusé" in page
    assert "Déposant suivant" in page
    assert "Reprendre le dépôt" not in page
    again = desk.post(address(a_list, "/completion"), data=FORM, follow_redirects=True)
    assert "déjà été enregistré" in again.text
    receipt = desk.get(address(a_list, "/receipt.pdf"))
    text = "".join(each.extract_text() for each in PdfReader(io.BytesIO(receipt.data)).pages)
    assert "Tache" in text
    assert "Odette Pastourel et Paul Estève" in text


@pytest.mark.slow
def test_the_receipt_shows_the_signature_given_at_the_desk(desk: FlaskClient, a_list: ItemList) -> None:
    drawn = {"signed_on_paper": "", "signature_path": "M10 20 L300 180"}
    desk.post(address(a_list, "/completion"), data={**FORM, **drawn})
    page = PdfReader(io.BytesIO(desk.get(address(a_list, "/receipt.pdf")).data)).pages[0]
    contents = page.get_contents()
    assert contents is not None
    assert b"10 20 m 300 180 l" in contents.get_data()


def test_the_next_deposit_of_this_browser_knows_the_volunteers(desk: FlaskClient, a_list: ItemList) -> None:
    other = declared_list(1, registration=RegistrationFactory(edition=a_list.registration.edition))
    db.session.commit()
    assert 'value="Odette Pastourel"' in desk.get(address(other)).text
    desk.post(
        address(a_list, "/completion"), data={**FORM, "first_volunteer": "Paul", "second_volunteer": "Zoé"}
    )
    page = desk.get(address(other)).text
    assert 'value="Paul"' in page
    assert 'value="Zoé"' in page


def test_an_incomplete_form_comes_back_with_what_was_typed(desk: FlaskClient, a_list: ItemList) -> None:
    bad = {**FORM, "identity_checked": "", "signed_on_paper": "", "signature_path": "M1 2 L3 4"}
    del bad["identity_checked"]
    answer = desk.post(address(a_list, "/completion"), data=bad)
    assert answer.status_code == 422
    assert "Vérifiez la pièce d’identité" in answer.text
    assert 'value="Paul Estève"' in answer.text
    assert 'value="M1 2 L3 4"' in answer.text
    assert states(a_list) == [ItemState.DECLARED] * 3


def test_a_strike_made_elsewhere_is_shown_first(desk: FlaskClient, a_list: ItemList) -> None:
    services.refuse_item(*ids(a_list), a_list.items[0].id, "Tache")
    db.session.commit()
    answer = desk.post(address(a_list, "/completion"), data=FORM)
    assert answer.status_code == 409
    assert "Un autre bénévole vient de changer" in answer.text
    assert "Refusé : Tache" in answer.text


def test_a_strike_without_a_reason_changes_nothing(desk: FlaskClient, a_list: ItemList) -> None:
    where = address(a_list, f"/items/{a_list.items[0].id}/refusal")
    swapped = desk.post(where, data={"reason": " "}, headers=HTMX)
    assert (swapped.status_code, swapped.headers["HX-Reswap"]) == (422, "none")
    plain = desk.post(where, data={"reason": ""}, follow_redirects=True)
    assert "Dites pourquoi" in plain.text
    assert states(a_list) == [ItemState.DECLARED] * 3


def test_another_edition_or_another_depositors_item_is_not_found(desk: FlaskClient, a_list: ItemList) -> None:
    stranger = declared_list(1)
    db.session.commit()
    assert desk.get(f"/editions/{stranger.edition_id}/deposit/{a_list.registration_id}").status_code == 404
    wrong = desk.post(address(a_list, f"/items/{stranger.items[0].id}/refusal"), data={"reason": "Tache"})
    assert wrong.status_code == 404


def test_a_list_not_validated_says_what_to_do(
    desk: FlaskClient, client: FlaskClient, login, a_list: ItemList
) -> None:
    a_list.state = ListState.DRAFT
    db.session.commit()
    page = desk.get(address(a_list)).text
    assert "n’est pas validée" in page
    assert "Appelez un gestionnaire" in page
    assert "Tout accepter" not in page
    login(client, UserFactory(role=Role.MANAGER))
    assert f"/registrations/{a_list.registration_id}" in client.get(address(a_list)).text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (EditionState.OPEN, "Elle le peut encore"),
        (EditionState.FROZEN, "il peut rouvrir sa liste"),
        (EditionState.SELLING, "il n’y a rien à déposer.</p>"),
    ],
)
def test_who_declared_nothing_is_told_so_with_the_way_on(
    desk: FlaskClient, client: FlaskClient, login, app: Flask, state: EditionState, said: str
) -> None:
    edition = EditionFactory(state=state, declaration_deadline=utcnow() + timedelta(days=1))
    registration = ItemListFactory(registration__edition=edition).registration
    db.session.commit()
    page = desk.get(f"/editions/{edition.id}/deposit/{registration.id}").text
    empty = page[page.index('class="empty"') :]
    assert said in empty
    assert f'href="/editions/{edition.id}/deposit"' in empty
    record = f'href="/editions/{edition.id}/registrations/{registration.id}"'
    assert record not in page
    login(client, UserFactory(role=Role.MANAGER))
    assert record in client.get(f"/editions/{edition.id}/deposit/{registration.id}").text


def test_only_a_manager_undoes(desk: FlaskClient, client: FlaskClient, login, a_list: ItemList) -> None:
    complete(a_list)
    db.session.commit()
    assert desk.post(address(a_list, "/undoing"), data={"reason": "Erreur"}).status_code == 403
    login(client, UserFactory(role=Role.MANAGER))
    assert "Reprendre le dépôt" in client.get(address(a_list)).text
    refused = client.post(address(a_list, "/undoing"), data={"reason": "zz"})
    assert refused.status_code == 422
    dialog = refused.text[refused.text.index("<dialog") :]
    assert " open>" in dialog.splitlines()[0]
    assert "Dites pourquoi" in dialog
    assert 'value="zz"' in dialog
    assert " open>" not in client.get(address(a_list)).text
    client.post(address(a_list, "/undoing"), data={"reason": "Erreur de personne"})
    assert states(a_list) == [ItemState.DECLARED] * 3


@pytest.mark.slow
def test_the_day_and_the_desk_ask_as_few_queries_for_many(desk: FlaskClient, app: Flask) -> None:
    edition = EditionFactory()
    slot = SlotFactory(edition=edition)
    numbers = iter(range(100, 700))

    def more(people: int) -> Registration:
        for _ in range(people):
            person = RegistrationFactory(edition=edition, slot=slot)
            declared_list(1, registration=person, number=next(numbers))
        db.session.commit()
        db.session.expire_all()
        return person

    def asked(where: str) -> int:
        with counted_queries() as seen:
            assert desk.get(where).status_code == 200
        return len(seen)

    page = f"/editions/{edition.id}/deposit?day=2026-11-18"
    person = more(3)
    few = asked(page), asked(f"/editions/{edition.id}/deposit/{person.id}")
    more(40)
    declared_list(20, registration=person, number=next(numbers))
    db.session.commit()
    assert (asked(page), asked(f"/editions/{edition.id}/deposit/{person.id}")) == few


def test_everything_that_is_missing_is_said_at_once(desk: FlaskClient, a_list: ItemList) -> None:
    answer = desk.post(
        address(a_list, "/completion"), data={"first_volunteer": "Odette", "second_volunteer": ""}
    )
    assert answer.status_code == 422
    for sentence in ("Vérifiez la pièce d’identité", "indiquez le second bénévole", "Faites signer"):
        assert answer.text.count(sentence) == 2, "in the summary and beside the field"


def test_the_address_of_a_form_says_what_it_is_for(desk: FlaskClient, a_list: ItemList) -> None:
    answer = desk.get(address(a_list, "/completion"))
    assert answer.status_code == 405
    assert "Page introuvable" not in answer.text
    assert "Revenez à la page précédente" in answer.text
