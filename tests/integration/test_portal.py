"""The depositor's pages: who reaches them, what a form keeps, plain and by HTMX."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.clock import utcnow
from app.core.db import db
from app.core.mail import OutgoingMail
from app.deposits.check_in_rules import Verified
from app.deposits.models import Item, ItemList, ItemState, ListState, Registration
from app.deposits.services.check_in import complete_check_in
from app.editions.models import EditionState, ListKind
from app.operations.files import path_of
from app.operations.models import BackgroundJob, JobState
from app.payouts.models import Payout, PayoutMethod, PayoutState
from jobs.runner import run_job
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

Login = Callable[[FlaskClient, User], FlaskClient]
HTMX = {"HX-Request": "true"}
BOOK = {
    "type": "livre-enfant",
    "price": "2,50",
    "description": "Trois albums",
    "conforms": "y",
    "pieces": "1",
}


@pytest.fixture(autouse=True)
def three_weeks_before() -> Iterator[None]:
    with time_machine.travel(SALE_DAY - timedelta(days=20), tick=True):
        yield


@pytest.fixture
def registration(app: Flask) -> Registration:
    edition = EditionFactory(state=EditionState.OPEN, place="Gymnase")
    slot = SlotFactory(edition=edition)
    made: Registration = RegistrationFactory(edition=edition, slot=slot, slot_id=slot.id)
    return made


@pytest.fixture
def item_list(registration: Registration) -> ItemList:
    made: ItemList = ItemListFactory(registration=registration, number=245)
    return made


@pytest.fixture
def me(client: FlaskClient, login: Login, registration: Registration) -> FlaskClient:
    return login(client, registration.user)


def address(item_list: ItemList, tail: str = "") -> str:
    return f"/editions/{item_list.edition_id}/lists/{item_list.id}{tail}"


def fill(item_list: ItemList, count: int) -> None:
    for position in range(1, count + 1):
        ItemFactory(item_list=item_list, position=position, category="books", type="livre-enfant", size="")
    db.session.commit()


def count_items(item_list: ItemList) -> int:
    statement = select(func.count()).select_from(Item).where(Item.list_id == item_list.id)
    return db.session.scalar(statement) or 0


PAGES = ("", "/items/new", "/validation", "/takeover", "/recap.pdf")
ACTS = ("/items", "/items/1", "/items/1/copies", "/items/1/position", "/items/1/deletion", "/restoration",
        "/validation", "/takeover/1")  # fmt: skip


def test_strangers_are_sent_to_sign_in(client: FlaskClient, item_list: ItemList) -> None:
    db.session.commit()
    for tail in PAGES:
        assert client.get(address(item_list, tail)).status_code == 302
    for tail in ACTS:
        assert client.post(address(item_list, tail)).status_code == 302


def test_a_role_without_lists_is_refused(client: FlaskClient, login: Login, item_list: ItemList) -> None:
    login(client, UserFactory(role=Role.TREASURER))
    assert client.get("/portal").status_code == 403
    assert client.get(address(item_list)).status_code == 403


def test_another_depositor_finds_nothing(client: FlaskClient, login: Login, item_list: ItemList) -> None:
    item = ItemFactory(item_list=item_list)
    login(client, UserFactory())
    for tail in (*PAGES, f"/items/{item.id}"):
        assert client.get(address(item_list, tail)).status_code == 404, tail
    for tail in (*ACTS, f"/items/{item.id}", f"/items/{item.id}/deletion", f"/items/{item.id}/copies"):
        assert client.post(address(item_list, tail), data=BOOK).status_code == 404, tail
    portal = f"/editions/{item_list.edition_id}/portal"
    for tail in ("", "/sales", "/slip", "/slot.ics"):
        assert client.get(portal + tail).status_code == 404, tail
    assert count_items(item_list) == 1


def test_an_item_of_another_own_list_is_not_reached_through_this_one(
    me: FlaskClient, registration: Registration, item_list: ItemList
) -> None:
    item = ItemFactory(item_list=ItemListFactory(registration=registration))
    db.session.commit()
    assert me.post(address(item_list, f"/items/{item.id}/deletion")).status_code == 404


def test_adding_an_item_plain_goes_back_to_the_list(me: FlaskClient, item_list: ItemList) -> None:
    answer = me.post(address(item_list, "/items"), data=BOOK)
    assert answer.status_code == 303
    page = me.get(answer.headers["Location"]).text
    assert "Trois albums" in page
    assert "2,50" in page
    assert "<html" in page


def test_adding_an_item_by_htmx_answers_the_list_alone(me: FlaskClient, item_list: ItemList) -> None:
    answer = me.post(address(item_list, "/items"), data={**BOOK, "then": "another"}, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'data-view="form"' in answer.text
    assert "1/24" in answer.text
    assert "items/new" in answer.headers["HX-Push-Url"]
    assert "Enregistré à" in answer.text


@pytest.mark.slow
@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"price": "0,99"}, "au moins 1,00"),
        ({"price": "150,01"}, "au plus 150,00"),
        ({"price": "12,30"}, "par pas de 0,50"),
        ({"price": "douze"}, "Indiquez un montant en euros"),
        ({"description": "siège auto", "type": "autre"}, "Siège auto : refusé."),
        ({"type": ""}, "Choisissez un type"),
        ({"type": "<script>"}, "Choisissez un type"),
        ({"conforms": ""}, "Cochez la case"),
        ({"description": "x" * 101}, "100 caractères"),
        ({"pieces": "deux"}, "un entier"),
        ({"max_age_months": "9" * 20}, "un âge en mois"),
        ({"pieces": "4", "type": "body", "size": "6 mois", "gender": "fille"}, "3 pièces au plus"),
    ],
)
def test_a_refused_item_keeps_what_was_typed(
    me: FlaskClient, item_list: ItemList, headers: dict[str, str], typed: dict[str, str], sentence: str
) -> None:
    sent = {**BOOK, "brand": "Marque <b>rare</b>", **typed}
    answer = me.post(address(item_list, "/items"), data=sent, headers=headers)
    text = answer.text.replace("\u00a0", " ")
    assert answer.status_code == 422
    assert sentence in text
    assert "Marque &lt;b&gt;rare&lt;/b&gt;" in text
    assert 'aria-invalid="true"' in text
    assert count_items(item_list) == 0


def test_a_change_is_saved_and_a_wrong_one_is_not(me: FlaskClient, item_list: ItemList) -> None:
    fill(item_list, 1)
    item_id = item_list.items[0].id
    assert me.post(address(item_list, f"/items/{item_id}"), data={**BOOK, "price": "0"}).status_code == 422
    assert me.post(address(item_list, f"/items/{item_id}"), data={**BOOK, "price": "7"}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Item, item_id).price_cents == 700


def test_a_copy_opens_for_change(me: FlaskClient, item_list: ItemList) -> None:
    fill(item_list, 1)
    answer = me.post(address(item_list, f"/items/{item_list.items[0].id}/copies"), headers=HTMX)
    assert "Copie à compléter" in answer.text
    assert count_items(item_list) == 2


def test_a_deletion_is_undone_once_with_everything(me: FlaskClient, item_list: ItemList) -> None:
    fill(item_list, 3)
    item = item_list.items[1]
    words = item.description
    page = me.post(address(item_list, f"/items/{item.id}/deletion"), follow_redirects=True).text
    assert words not in page
    assert "Annuler" in page
    page = me.post(address(item_list, "/restoration"), follow_redirects=True).text
    assert words in page
    assert "Article supprimé" not in page
    me.post(address(item_list, "/restoration"))
    db.session.expire_all()
    assert [each.description == words for each in item_list.items] == [False, True, False]


def test_moving_answers_the_new_order(me: FlaskClient, item_list: ItemList) -> None:
    fill(item_list, 2)
    first, second = item_list.items
    act = address(item_list, f"/items/{first.id}/position")
    assert me.post(act, data={"direction": "down"}, headers=HTMX).status_code == 200
    assert me.post(act, data={"direction": "sideways"}).status_code == 422
    db.session.expire_all()
    assert [item.id for item in item_list.items] == [second.id, first.id]


def test_a_full_list_says_so_to_a_copy(me: FlaskClient, item_list: ItemList) -> None:
    fill(item_list, 24)
    answer = me.post(address(item_list, f"/items/{item_list.items[0].id}/copies"), headers=HTMX)
    assert answer.status_code == 422
    assert "La liste est complète : 24 articles au plus" in answer.text


def test_validating_sends_the_recap_and_closes_the_list(me: FlaskClient, item_list: ItemList) -> None:
    fill(item_list, 2)
    assert "Conditions du dépôt" in me.get(address(item_list, "/validation")).text
    refused = me.post(address(item_list, "/validation"), data={"version": "2026-1"})
    assert refused.status_code == 422
    assert "Cochez la case pour accepter" in refused.text
    accepted = me.post(address(item_list, "/validation"), data={"version": "2026-1", "terms": "y"})
    assert accepted.status_code == 303
    assert accepted.location == f"/editions/{item_list.edition_id}/portal", "not another bourse under way"
    db.session.expire_all()
    assert item_list.state is ListState.VALIDATED
    job = db.session.scalars(select(BackgroundJob).where(BackgroundJob.kind == "list_recap")).one()
    run_job(job.id)
    db.session.expire_all()
    assert job.state is JobState.DONE, job.message
    mail = db.session.scalars(select(OutgoingMail)).one()
    assert mail.recipient == item_list.registration.user.email
    assert path_of(mail.attachment or "").read_bytes().startswith(b"%PDF")
    assert me.get(address(item_list, "/recap.pdf")).data.startswith(b"%PDF")

    page = me.get(address(item_list)).text
    assert "est validée : elle ne se modifie plus" in page
    assert "Ajouter un article" not in page
    late = me.post(address(item_list, "/items"), data=BOOK, headers=HTMX)
    assert late.status_code == 422
    assert "est validée" in late.text
    assert me.get(address(item_list, "/validation")).status_code == 302


@pytest.mark.slow
def test_a_family_list_without_number_has_a_recap_all_the_same(
    client: FlaskClient, login: Login, registration: Registration
) -> None:
    registration.list_kind = ListKind.FAMILY
    item_list = declared_list(1, registration=registration, number=2012, validated_at=utcnow())
    item_list.number = item_list.items[0].code = None
    login(client, registration.user)
    assert client.get(address(item_list, "/recap.pdf")).data.startswith(b"%PDF")
    assert "Liste famille n° 1" in client.get(address(item_list)).text


def test_a_list_with_problems_links_each_to_its_item(me: FlaskClient, item_list: ItemList) -> None:
    fill(item_list, 1)
    item = item_list.items[0]
    item.conforms = False
    db.session.commit()
    page = me.post(address(item_list, "/validation"), data={"version": "2026-1", "terms": "y"})
    assert page.status_code == 422
    assert f'href="{address(item_list, f"/items/{item.id}")}"' in page.text
    assert "Article 1 (Livre enfant)" in page.text


def test_after_the_deadline_every_screen_says_why(me: FlaskClient, login: Login, item_list: ItemList) -> None:
    fill(item_list, 1)
    item_id = item_list.items[0].id
    with time_machine.travel(SALE_DAY - timedelta(days=7), tick=True):
        login(me, item_list.registration.user)  # the first session is long over by then
        for tail in ("", "/items/new", f"/items/{item_id}", "/takeover"):
            assert "closes depuis" in me.get(address(item_list, tail)).text, tail
        assert "closes depuis" in me.get("/portal").text
        answer = me.post(address(item_list, f"/items/{item_id}/deletion"))
        assert answer.status_code == 422
        assert "Rien n’a été changé" in answer.text
    assert count_items(item_list) == 1


def test_the_home_leads_from_declaring_to_validating(me: FlaskClient, item_list: ItemList) -> None:
    db.session.commit()
    page = me.get("/portal").text
    assert "Commencer ma liste" in page
    assert "Une pièce d’identité" in page
    assert "0/24" in page
    fill(item_list, 2)
    assert "Complétez, puis validez" in me.get("/portal").text


def test_the_home_says_that_an_empty_list_may_still_be_filled(
    me: FlaskClient, registration: Registration, item_list: ItemList
) -> None:
    declared_list(2, registration=registration)
    db.session.commit()
    page = me.get("/portal").text
    assert "Venez déposer vos articles" in page
    assert "Il vous reste une liste vide" in page
    item_list.registration.edition.state = EditionState.FROZEN
    db.session.commit()
    assert "Il vous reste une liste vide" not in me.get("/portal").text


def test_the_home_says_what_was_brought_in(me: FlaskClient, registration: Registration) -> None:
    brought = declared_list(3, registration=registration)
    brought.items[0].state = ItemState.REFUSED
    registration.edition.state = EditionState.FROZEN
    db.session.commit()
    page = f"/editions/{registration.edition_id}/portal"
    assert "À apporter" in me.get(page).text
    said = Verified(True, True, "Odette Pastourel", "Paul Estève", "", True)
    complete_check_in(registration.edition_id, registration.id, said, registration.user_id)
    db.session.commit()
    after = me.get(page).text
    assert "2 articles mis en vente, 1 refusé." in after
    assert "À apporter" not in after


def test_unsold_items_are_offered_to_who_has_some(me: FlaskClient, registration: Registration) -> None:
    item_list = ItemListFactory(registration=registration)
    db.session.commit()
    assert "Reprendre mes invendus" not in me.get(address(item_list)).text
    former = EditionFactory(state=EditionState.SETTLING, sale_starts_at=SALE_DAY - timedelta(days=180))
    kept = declared_list(1, registration__edition=former, registration__user=registration.user)
    kept.items[0].state = ItemState.UNSOLD
    db.session.commit()
    assert "Reprendre mes invendus" in me.get(address(item_list)).text


def test_without_registration_the_home_says_how_to_take_part(client: FlaskClient, login: Login) -> None:
    edition = EditionFactory(state=EditionState.OPEN)
    login(client, UserFactory())
    page = client.get("/portal")
    assert page.status_code == 200
    assert "Vous n’êtes pas inscrit" in page.text
    assert edition.name in page.text


def test_a_former_edition_stays_readable(client: FlaskClient, login: Login) -> None:
    former = declared_list(2)
    for item in former.items:
        item.state = ItemState.RETURNED
    db.session.flush()
    former.registration.edition.state = EditionState.CLOSED
    login(client, former.registration.user)
    assert former.registration.edition.name in client.get("/portal").text
    for tail in ("", "/sales"):
        assert client.get(f"/editions/{former.edition_id}/portal{tail}").status_code == 200
    assert "clôturée" in client.get(address(former)).text


def test_the_slot_comes_as_a_calendar_file(me: FlaskClient, registration: Registration) -> None:
    db.session.commit()
    answer = me.get(f"/editions/{registration.edition_id}/portal/slot.ics")
    assert answer.mimetype == "text/calendar"
    lines = answer.data.split(b"\r\n")
    assert b"DTSTART:20261118T080000Z" in lines
    assert all(len(line) <= 75 for line in lines)


@pytest.mark.parametrize(
    ("state", "left", "words"),
    [
        (EditionState.SELLING, ItemState.ON_SALE, "Vos articles sont à la bourse"),
        (EditionState.SETTLING, ItemState.UNSOLD, "Venez chercher vos invendus"),
        (EditionState.SETTLING, ItemState.RETURNED, "Tout est réglé"),
    ],
)
def test_who_is_paid_is_not_done_while_something_is_left(
    me: FlaskClient, registration: Registration, state: EditionState, left: ItemState, words: str
) -> None:
    registration.edition.state = state
    sold, other = declared_list(2, registration=registration).items
    sold.state, other.state = ItemState.SOLD, left
    db.session.add(paid_payout(registration))
    db.session.commit()
    page = me.get(f"/editions/{registration.edition_id}/portal").text
    assert words in page
    assert ("Édition terminée" in page) is (left is ItemState.RETURNED)


def paid_payout(registration: Registration, slip_file: str | None = None) -> Payout:
    return Payout(
        edition_id=registration.edition_id,
        registration_id=registration.id,
        state=PayoutState.PAID,
        method=PayoutMethod.CASH,
        paid_at=utcnow(),
        sold_count=1,
        gross_cents=1000,
        commission_cents=200,
        fees_cents=0,
        adjustments_cents=0,
        net_cents=800,
        shortfall_cents=0,
        slip_file=slip_file,
    )


def test_the_slip_is_there_once_made(me: FlaskClient, registration: Registration, app: Flask) -> None:
    db.session.commit()
    slip = f"/editions/{registration.edition_id}/portal/slip"
    assert me.get(slip).status_code == 404
    path = path_of("slips/essai.pdf")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.7 essai")
    db.session.add(paid_payout(registration, "slips/essai.pdf"))
    db.session.commit()
    assert me.get(slip).data == b"%PDF-1.7 essai"
    path.unlink()
    assert me.get(slip).status_code == 404
    page = me.get(f"/editions/{registration.edition_id}/portal/sales").text
    assert "8,00" in page
    # Paid on a slip that nobody made, or that is gone: that it is paid is what counts.
    assert "(espèces)." in page
    assert "paraît ici après la vente" not in page
    figures = f"/editions/{registration.edition_id}/portal/sales/figures"
    assert "<html" not in me.get(figures, headers=HTMX).text
    assert me.get(figures).status_code == 302


def test_taking_over_an_unsold_item(me: FlaskClient, registration: Registration, item_list: ItemList) -> None:
    edition = EditionFactory(sale_starts_at=SALE_DAY - timedelta(days=180))
    former = declared_list(2, registration=RegistrationFactory(edition=edition, user=registration.user))
    for item in former.items:
        item.state = ItemState.UNSOLD
    db.session.commit()
    assert me.get(address(item_list, "/takeover")).text.count("Reprendre «") == 2
    act = address(item_list, f"/takeover/{former.items[0].id}")
    answer = me.post(act, headers=HTMX)
    assert answer.text.count("Reprendre «") == 1
    assert me.post(act).status_code == 404
    stranger = declared_list(1)
    stranger.items[0].state = ItemState.UNSOLD
    db.session.commit()
    assert me.post(address(item_list, f"/takeover/{stranger.items[0].id}")).status_code == 404
    assert count_items(item_list) == 1


@pytest.mark.parametrize("tail", ["", "/validation", "/items/new", "home", "sales"])
def test_queries_do_not_grow_with_the_items(
    me: FlaskClient, registration: Registration, item_list: ItemList, tail: str
) -> None:
    def queries() -> int:
        page = {"home": "/portal", "sales": f"/editions/{registration.edition_id}/portal/sales"}
        with counted_queries() as seen:
            answer = me.get(page.get(tail, address(item_list, tail)))
        assert answer.status_code == 200
        return len(seen)

    fill(item_list, 2)
    few = queries()
    fill(item_list, 22)
    assert queries() == few
    assert 0 < few <= 12
