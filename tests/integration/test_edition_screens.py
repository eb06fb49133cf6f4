"""Creating an edition, setting it up, and leading it through its states on the manager's screens."""

import io
import json
import re
from collections.abc import Callable
from datetime import date, time, timedelta
from html import unescape

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.dates import date_short, datetime_short, to_paris
from app.core.db import db
from app.core.mail import OutgoingMail
from app.deposits.models import CatalogueChange, Item, ItemState, ListState
from app.editions.models import Edition, EditionState
from app.editions.queries import list_slots, list_tills, schedule_of
from app.editions.services.creation import NewEdition, create_edition
from app.editions.services.settings import write_rulebook_file
from app.payouts.services import approve, compute_payouts
from app.sales.models import TillDevice
from tests.factories import ItemFactory, ItemListFactory, RegistrationFactory, UserFactory, list_on_sale

Login = Callable[[FlaskClient, User], FlaskClient]
SOON = (utcnow() + timedelta(days=60)).date()
SALE = SOON + timedelta(days=(5 - SOON.weekday()) % 7)  # a Saturday, as sales are
NEW = {"name": "Automne", "number": "26", "sale_day": SALE.isoformat(), "tills": "5", "copy_from": "0"}
PERSON = {"email": "a@example.org", "last_name": "A", "first_name": "B", "kind": "standard", "slot": "0"}


@pytest.fixture
def edition(app: Flask) -> Edition:
    made = create_edition(NewEdition("Automne", 26, SALE, "Gymnase"))
    db.session.commit()
    return made


@pytest.fixture
def admin(client: FlaskClient, login: Login, edition: Edition) -> FlaskClient:
    return login(client, UserFactory(role=Role.ADMIN))


def reread(edition: Edition) -> Edition:
    db.session.expire_all()
    return db.session.get_one(Edition, edition.id)


def test_an_edition_is_made_whole_from_its_sale_day(client: FlaskClient, login: Login) -> None:
    login(client, UserFactory(role=Role.ADMIN))
    assert client.post("/editions/new", data=NEW).status_code == 303
    edition = db.session.scalars(select(Edition)).one()
    schedule = schedule_of(edition.id)
    assert (len(schedule.slots), len(schedule.periods), len(schedule.pickups)) == (10, 3, 3)
    assert [till.name for till in schedule.tills] == ["C1", "C2", "C3", "C4", "C5", "École"]
    assert (edition.state, edition.live_number, edition.commission_bp) == (EditionState.DRAFT, 26, 2000)
    assert datetime_short(edition.sale_starts_at) == f"{date_short(SALE - timedelta(days=1))} 17:00"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Remplissez ce champ"),
        ({"name": "Automne"}, "porte déjà ce nom"),
        ({"name": "Autre", "number": "26"}, "Le numéro 26 est celui de"),
        ({"number": "100"}, "de 1 à 99"),
        ({"number": "x"}, "de 1 à 99|entier"),
        ({"sale_day": "un samedi"}, "date"),
        ({"sale_day": "2025-11-22"}, "Le 22/11/2025 est déjà passé"),
        ({"tills": "9"}, "De 1 à 8 caisses"),
    ],
)
def test_a_wrong_new_edition_says_why_and_keeps_what_was_typed(
    admin: FlaskClient, changes: dict[str, str], sentence: str
) -> None:
    form = {**NEW, "name": "Neuve", "number": "27", "description": "Mot gardé", **changes}
    answer = admin.post("/editions/new", data=form)
    assert answer.status_code == 422
    assert re.search(sentence, answer.text)
    assert "Mot gardé" in answer.text
    htmx = admin.post("/editions/new", data=form, headers={"HX-Request": "true"})
    assert htmx.status_code == 422
    assert "<html" not in htmx.text


def test_the_number_of_an_archived_edition_is_free_again(admin: FlaskClient, edition: Edition) -> None:
    edition.state, edition.live_number = EditionState.ARCHIVED, None
    db.session.commit()
    assert admin.post("/editions/new", data={**NEW, "name": "Neuve"}).status_code == 303


def slot_form(**changes: str) -> dict[str, str]:
    day = (SALE - timedelta(days=2)).isoformat()
    usual = {"label": "Soirée", "day": day, "starts_at": "18:00", "ends_at": "20:00", "capacity": "12"}
    return {**usual, **changes}


def test_slots_are_added_changed_and_removed(admin: FlaskClient, edition: Edition) -> None:
    base = f"/editions/{edition.id}/setup/slots"
    assert admin.post(f"{base}/new", data=slot_form(residents_only="y")).status_code == 303
    slot = next(each for each in list_slots(edition.id) if each.label == "Soirée")
    assert (slot.capacity, slot.residents_only) == (12, True)
    assert admin.post(f"{base}/{slot.id}", data=slot_form(capacity="")).status_code == 303
    db.session.expire_all()
    assert slot.capacity is None
    assert admin.post(f"{base}/{slot.id}/delete").status_code == 303
    assert "Soirée" not in {each.label for each in list_slots(edition.id)}


def test_a_slot_of_a_whole_day_has_no_beginning_in_its_form_either(
    admin: FlaskClient, edition: Edition
) -> None:
    base = f"/editions/{edition.id}/setup/slots"
    slot = next(each for each in list_slots(edition.id) if to_paris(each.starts_at).time() == time.min)
    starts_at = slot.starts_at
    assert "jusqu’à 23" in admin.get(base).text
    form = admin.get(f"{base}/{slot.id}").text
    assert re.search(r'<input[^>]*id="starts_at"[^>]*value=""', form)
    assert re.search(r'<input[^>]*id="ends_at"[^>]*value="23:00"', form)
    day = to_paris(starts_at).date().isoformat()
    sent = slot_form(label=slot.label, day=day, starts_at="", ends_at="23:00")
    assert admin.post(f"{base}/{slot.id}", data=sent).status_code == 303
    db.session.expire_all()
    assert slot.starts_at == starts_at


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"label": "Mercredi 14h-18h"}, "porte déjà ce nom"),
        ({"ends_at": "17:00"}, "La fin doit suivre le début"),
        ({"day": (SALE + timedelta(days=30)).isoformat()}, "avant le début de la vente"),
        ({"day": (SALE - timedelta(days=30)).isoformat()}, "doit précéder le premier créneau"),
        ({"starts_at": "6 heures"}, "heure"),
        ({"starts_at": ""}, "Indiquez une heure"),
        ({"capacity": "-1"}, "0 à 1000"),
        ({"capacity": "beaucoup"}, "entier|valide"),
    ],
)
def test_a_wrong_slot_says_why(
    admin: FlaskClient, edition: Edition, changes: dict[str, str], sentence: str
) -> None:
    before = [(each.label, each.starts_at) for each in list_slots(edition.id)]
    answer = admin.post(f"/editions/{edition.id}/setup/slots/new", data=slot_form(**changes))
    assert answer.status_code == 422
    assert re.search(sentence, answer.text)
    db.session.rollback()
    assert [(each.label, each.starts_at) for each in list_slots(edition.id)] == before


def test_a_slot_somebody_chose_stays(admin: FlaskClient, edition: Edition) -> None:
    slot = list_slots(edition.id)[0]
    RegistrationFactory(edition=edition, slot=slot)
    db.session.commit()
    answer = admin.post(f"/editions/{edition.id}/setup/slots/{slot.id}/delete")
    assert answer.status_code == 422
    assert "changez d’abord leur créneau" in answer.text
    answer = admin.post(
        f"/editions/{edition.id}/setup/slots/{slot.id}",
        data=slot_form(label=slot.label, capacity="0", confirmed="y"),
    )
    assert answer.status_code == 422
    assert "gardez-leur une place" in answer.text


def test_changed_dates_are_confirmed_and_told_to_depositors(admin: FlaskClient, edition: Edition) -> None:
    edition.state = EditionState.OPEN
    slot = list_slots(edition.id)[3]
    RegistrationFactory(edition=edition, slot=slot)
    RegistrationFactory(edition=edition)
    db.session.commit()
    wall = to_paris(slot.starts_at)
    form = {
        "label": slot.label,
        "day": wall.date().isoformat(),
        "starts_at": "13:00",
        "ends_at": "18:00",
        "capacity": "40",
    }
    address = f"/editions/{edition.id}/setup/slots/{slot.id}"
    answer = admin.post(address, data=form)
    assert answer.status_code == 422
    assert "2 personnes sont inscrites" in answer.text
    assert db.session.scalar(select(func.count()).select_from(OutgoingMail)) == 0
    assert admin.post(address, data={**form, "confirmed": "y"}).status_code == 303
    mails = db.session.scalars(select(OutgoingMail)).all()
    assert len(mails) == 2
    assert any("de 13\u00a0h\u00a000 à 18\u00a0h\u00a000" in mail.body for mail in mails)
    assert admin.post(address, data={**form, "capacity": "41"}).status_code == 303, "no date moved"
    assert db.session.scalar(select(func.count()).select_from(OutgoingMail)) == 2


def test_the_whole_edition_moves_at_the_same_hours(admin: FlaskClient, edition: Edition) -> None:
    before = [(each.label, to_paris(each.starts_at)) for each in list_slots(edition.id)]
    target = to_paris(edition.sale_starts_at).date() + timedelta(days=182)
    data = {"first_day": target.isoformat()}
    assert admin.post(f"/editions/{edition.id}/setup/move", data=data).status_code == 303
    after = [(each.label, to_paris(each.starts_at)) for each in list_slots(edition.id)]
    assert [label for label, _ in after] == [label for label, _ in before]
    for (_, was), (_, now) in zip(before, after, strict=True):
        assert (now.date() - was.date()).days == 182
        assert now.time() == was.time()
    assert to_paris(reread(edition).sale_starts_at).date() == target


@pytest.mark.parametrize("what", ["slots", "periods"])
def test_a_new_slot_or_period_has_no_hours_yet(admin: FlaskClient, edition: Edition, what: str) -> None:
    page = admin.get(f"/editions/{edition.id}/setup/{what}/new").text
    for name in ("starts_at", "ends_at"):
        assert re.search(rf'<input[^>]*id="{name}"[^>]*value=""', page)


def test_an_edition_is_not_moved_into_the_past(admin: FlaskClient, edition: Edition) -> None:
    answer = admin.post(f"/editions/{edition.id}/setup/move", data={"first_day": "2025-11-21"})
    assert answer.status_code == 422
    assert "Le 21/11/2025 est déjà passé" in answer.text
    assert to_paris(reread(edition).sale_starts_at).date() == SALE - timedelta(days=1)


def test_periods_do_not_overlap_and_pickups_come_after_the_sale(admin: FlaskClient, edition: Edition) -> None:
    saturday = schedule_of(edition.id).periods[1]
    day = to_paris(saturday.starts_at).date().isoformat()
    form = {"label": "Nocturne", "kind": "public", "day": day, "starts_at": "17:00", "ends_at": "20:00"}
    base = f"/editions/{edition.id}/setup"
    answer = admin.post(f"{base}/periods/new", data=form)
    assert answer.status_code == 422
    assert "recouvrent" in answer.text
    assert admin.post(f"{base}/periods/new", data={**form, "starts_at": "18:30"}).status_code == 303
    answer = admin.post(f"{base}/pickups/standard", data={**form, "kind": "standard"})
    assert answer.status_code == 422
    assert "après la fin de la vente" in answer.text


def test_tills_go_from_one_to_eight(admin: FlaskClient, edition: Edition) -> None:
    address = f"/editions/{edition.id}/setup/tills"
    assert admin.post(address, data={"count": "8", "commission": "12,5"}).status_code == 303
    assert [till.number for till in list_tills(edition.id) if not till.training] == list(range(1, 9))
    assert reread(edition).commission_bp == 1250
    assert reread(edition).rulebook.commission_basis_points == 1250
    assert admin.post(address, data={"count": "2", "commission": "20 %"}).status_code == 303
    assert len(list_tills(edition.id)) == 3
    for data in (
        {"count": "9", "commission": "20"},
        {"count": "3", "commission": "120"},
        {"count": "", "commission": "x"},
    ):
        assert admin.post(address, data=data).status_code == 422


def rulebook_form(client: FlaskClient, edition: Edition) -> dict[str, str]:
    """The fields of the rulebook's page, as a browser would send them back."""
    page = client.get(f"/editions/{edition.id}/setup/rulebook").text
    fields = {}
    for tag in re.findall(r"<input[^>]+>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] not in ("csrf_token", "file"):
            fields[name[1]] = unescape(value[1]) if value else ""
    for name, body in re.findall(r'<select[^>]+name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        fields[name] = re.search(r'<option selected value="([^"]*)"', body)[1]
    return fields


def test_the_main_numbers_of_the_rulebook(admin: FlaskClient, edition: Edition) -> None:
    form = rulebook_form(admin, edition)
    before = edition.rulebook
    address = f"/editions/{edition.id}/setup/rulebook"
    assert admin.post(address, data=form).status_code == 303
    assert reread(edition).rulebook == before, "sent back untouched, nothing changes"
    form.update({"price-min_cents": "2", "list-max_items": "20", "kinds-0-registration_fee_cents": "6,00"})
    assert admin.post(address, data=form).status_code == 303
    book = reread(edition).rulebook
    assert (book.price.min_cents, book.list.max_items) == (200, 20)
    assert book.kind("standard").registration_fee_cents == 600


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"price-min_cents": "deux"}, "montant en euros"),
        ({"price-step_cents": "0,30"}, "multiple du pas"),
        ({"list-max_items": "60"}, "99 au plus"),
        ({"ranges-1-first": "150"}, "se chevauchent"),
        ({"ranges-0-colour_hex": "bleu"}, "n’a pas la forme attendue"),
        ({"residents_postcode": "Toulouse"}, "n’a pas la forme attendue"),
        ({"kinds-1-max_lists_then": "0"}, "entre 1 et 20"),
    ],
)
def test_a_wrong_rulebook_number_is_told_in_its_place(
    admin: FlaskClient, edition: Edition, changes: dict[str, str], sentence: str
) -> None:
    form = {**rulebook_form(admin, edition), **changes}
    answer = admin.post(f"/editions/{edition.id}/setup/rulebook", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_range_is_added(admin: FlaskClient, edition: Edition) -> None:
    form = rulebook_form(admin, edition)
    answer = admin.post(f"/editions/{edition.id}/setup/rulebook", data={**form, "add_range": "1"})
    assert 'name="ranges-8-first"' in answer.text
    form |= {
        "ranges-8-first": "700",
        "ranges-8-last": "799",
        "ranges-8-colour_hex": "#123456",
        "ranges-8-colour_name": "Nuit",
        "ranges-8-kind": "standard",
    }
    assert admin.post(f"/editions/{edition.id}/setup/rulebook", data=form).status_code == 303
    assert reread(edition).rulebook.range_of(750).colour_name == "Nuit"


def send_rulebook(client: FlaskClient, edition: Edition, content: bytes):
    data = {"file": (io.BytesIO(content), "reglement.yaml")}
    return client.post(f"/editions/{edition.id}/setup/rulebook/upload", data=data)


def test_the_whole_rulebook_goes_out_and_comes_back(admin: FlaskClient, edition: Edition) -> None:
    before = edition.rulebook
    text = admin.get(f"/editions/{edition.id}/setup/rulebook.yaml").text
    assert send_rulebook(admin, edition, text.replace("Bleu ciel", "Azur").encode()).status_code == 303
    book = reread(edition).rulebook
    assert book != before
    assert book.range_of(100).colour_name == "Azur"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "un bloc de champs est attendu"),
        (b"prix: [", "ni du YAML ni du JSON (ligne"),
        ("prix: é".encode("cp1252"), "UTF-8"),
        (b"a: &x [1]\nb: *x\n", "renvois"),
        (b"{" * 5000, "ni du YAML ni du JSON"),
        (b"x" * 600_000, "dépasse 512 Ko"),
        (b"price: {}\n", "Règlement|prix|manque"),
        (b"!!python/object/apply:os.system ['true']", "ni du YAML ni du JSON"),
    ],
    ids=["empty", "broken", "cp1252", "aliases", "deep", "big", "partial", "hostile"],
)
def test_a_file_that_is_no_rulebook(
    admin: FlaskClient, edition: Edition, content: bytes, sentence: str
) -> None:
    before = edition.rulebook
    answer = send_rulebook(admin, edition, content)
    assert answer.status_code == 422
    assert re.search(re.escape(sentence) if "(" in sentence else sentence, answer.text)
    assert reread(edition).rulebook == before


@pytest.mark.slow
def test_the_rulebook_is_fixed_once_open(admin: FlaskClient, edition: Edition) -> None:
    form = rulebook_form(admin, edition)
    edition.state = EditionState.OPEN
    db.session.commit()
    answer = admin.post(f"/editions/{edition.id}/setup/rulebook", data=form)
    assert answer.status_code == 422
    assert send_rulebook(admin, edition, write_rulebook_file(edition.rulebook).encode()).status_code == 422


def step(client: FlaskClient, edition: Edition, target: EditionState):
    return client.post(f"/editions/{edition.id}/step", data={"target": target.value})


@pytest.mark.slow
def test_an_edition_goes_through_its_states(admin: FlaskClient, login: Login, edition: Edition) -> None:
    assert step(admin, edition, EditionState.OPEN).status_code == 303
    answer = step(admin, edition, EditionState.FROZEN)
    assert answer.status_code == 422
    assert "au moins une liste validée" in answer.text
    item_list = list_on_sale(2, registration=RegistrationFactory(edition=edition), number=100)
    draft = ItemListFactory(registration=RegistrationFactory(edition=edition), number=101)
    ItemFactory(item_list=draft)
    db.session.commit()
    assert "1 liste avec des articles" in admin.get(f"/editions/{edition.id}").text
    assert step(admin, edition, EditionState.FROZEN).status_code == 303
    db.session.expire_all()
    assert draft.state is ListState.DRAFT
    assert step(admin, edition, EditionState.SELLING).status_code == 303
    assert step(admin, edition, EditionState.SETTLING).status_code == 303
    db.session.expire_all()
    assert {item.state for item in item_list.items} == {ItemState.UNSOLD}
    assert db.session.scalar(select(func.count()).select_from(CatalogueChange)) == 2
    assert step(admin, edition, EditionState.SELLING).status_code == 303, "back again"
    db.session.expire_all()
    assert {item.state for item in item_list.items} == {ItemState.ON_SALE}
    assert step(admin, edition, EditionState.SETTLING).status_code == 303
    answer = step(admin, edition, EditionState.CLOSED)
    assert "2 invendus à rendre" in answer.text
    for item in db.session.scalars(select(Item).where(Item.state == ItemState.UNSOLD)):
        item.state = ItemState.RETURNED
    db.session.commit()
    assert "1 reversement à finir" in step(admin, edition, EditionState.CLOSED).text
    treasurer = UserFactory(role=Role.TREASURER)
    compute_payouts(edition, treasurer.id)
    approve(edition, treasurer.id)
    db.session.commit()
    assert step(admin, edition, EditionState.CLOSED).status_code == 303
    assert "un an depuis la clôture" in step(admin, edition, EditionState.ARCHIVED).text
    with time_machine.travel(utcnow() + timedelta(days=366)):
        login(admin, UserFactory(role=Role.ADMIN))
        assert step(admin, edition, EditionState.ARCHIVED).status_code == 303
    assert reread(edition).live_number is None
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action == "edition.state_changed")
    ).all()
    assert len(actions) == 8


def test_sales_left_on_a_replaced_device_are_told_with_their_till(
    admin: FlaskClient, edition: Edition
) -> None:
    edition.state = EditionState.SELLING
    admin_id = db.session.scalars(select(User.id)).first()
    for number, pending in ((1, 0), (2, 2), (2, 1)):
        till = next(each for each in list_tills(edition.id) if each.number == number)
        device = TillDevice(
            edition_id=edition.id, till_id=till.id, secret_encrypted=b"-", registered_by_id=admin_id
        )
        device.revoked_at, device.pending_count = utcnow(), pending
        db.session.add(device)
    db.session.commit()
    page = admin.get(f"/editions/{edition.id}").text
    assert "Caisse C2 : 3 ventes sur l’appareil remplacé" in page
    assert "Caisse C1 :" not in page
    assert step(admin, edition, EditionState.SETTLING).status_code == 303


def test_somebody_due_money_keeps_the_edition_open(admin: FlaskClient, edition: Edition) -> None:
    edition.state = EditionState.SETTLING
    list_on_sale(1, registration=RegistrationFactory(edition=edition))
    db.session.commit()
    assert "1 reversement à finir" in step(admin, edition, EditionState.CLOSED).text


def test_a_manager_neither_opens_nor_goes_back(client: FlaskClient, login: Login, edition: Edition) -> None:
    login(client, UserFactory(role=Role.MANAGER))
    answer = step(client, edition, EditionState.OPEN)
    assert answer.status_code == 422
    assert "administrateur" in answer.text
    edition.state = EditionState.FROZEN
    db.session.commit()
    assert step(client, edition, EditionState.OPEN).status_code == 422
    assert client.post(f"/editions/{edition.id}/step", data={"target": "nowhere"}).status_code == 404


def test_the_frame_stays_with_the_edition_last_looked_at(admin: FlaskClient, edition: Edition) -> None:
    other = create_edition(NewEdition("Printemps", 27, SALE - timedelta(days=20), "Gymnase"))
    db.session.commit()
    assert f'href="/editions/{edition.id}/labels"' in admin.get("/outbox").text, "the current one at first"
    admin.get(f"/editions/{other.id}/labels")
    for address in ("/outbox", "/jobs", "/account", "/editions"):
        page = admin.get(address).text
        assert f'href="/editions/{other.id}/labels"' in page
        assert f'href="/editions/{edition.id}/labels"' not in page
    assert admin.get("/editions/current").location.endswith(f"/editions/{other.id}")


def test_a_deadline_after_the_deposit_is_told_beside_its_field(admin: FlaskClient, edition: Edition) -> None:
    late = {"name": edition.name, "number": "26", "place": "Gymnase", "deadline": "2090-01-01T10:00"}
    answer = admin.post(f"/editions/{edition.id}/setup/dates", data=late)
    assert answer.status_code == 422
    assert 'id="deadline-error"' in answer.text


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"name": "   "}, "Remplissez ce champ"), ({"sale_day": "9999-12-31"}, "vérifiez l’année")],
)
def test_an_edition_has_a_name_and_a_year_of_this_century(
    admin: FlaskClient, changes: dict[str, str], message: str
) -> None:
    answer = admin.post("/editions/new", data={**NEW, **changes})
    assert (answer.status_code, message in answer.text) == (422, True)


def test_an_edition_is_not_moved_to_the_end_of_time(admin: FlaskClient, edition: Edition) -> None:
    answer = admin.post(f"/editions/{edition.id}/setup/move", data={"first_day": "9999-12-31"})
    assert (answer.status_code, "vérifiez l’année" in answer.text) == (422, True)


def test_the_log_says_what_changed_of_an_edition_and_nothing_else(
    admin: FlaskClient, edition: Edition
) -> None:
    deadline = to_paris(edition.declaration_deadline).strftime("%Y-%m-%dT%H:%M")
    form = {"name": edition.name, "number": str(edition.number), "deadline": deadline}
    for place in ("Salle des fêtes", "Salle des fêtes"):
        answer = admin.post(f"/editions/{edition.id}/setup/dates", data={**form, "place": place})
        assert answer.status_code == 303
    logged = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "edition.identity_set"))
    assert [json.loads(entry.details) for entry in logged] == [{"place": "Salle des fêtes"}]


def test_nothing_of_a_closed_edition_changes_on_screen(admin: FlaskClient, edition: Edition) -> None:
    slot = list_slots(edition.id)[0]
    edition.state = EditionState.CLOSED
    db.session.commit()
    for address, data in (
        (f"/editions/{edition.id}/setup/slots/new", slot_form()),
        (f"/editions/{edition.id}/setup/slots/{slot.id}/delete", {}),
        (f"/editions/{edition.id}/setup/move", {"first_day": date(2030, 1, 5).isoformat()}),
        (f"/editions/{edition.id}/setup/tills", {"count": "3", "commission": "20"}),
        (f"/editions/{edition.id}/invitations/new", PERSON),
    ):
        assert admin.post(address, data=data).status_code == 422, address
