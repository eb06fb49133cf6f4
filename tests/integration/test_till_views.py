"""Choosing, opening and closing a till, and binding a browser to it."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role, User
from app.core.clock import utcnow
from app.core.db import db
from app.editions.models import EditionState, Till
from app.sales import keys
from app.sales.models import TillDevice, TillSession
from app.sales.queries import expected_by_method, open_session_of, till_states
from app.sales.services import sessions
from app.sales.services.sessions import open_session
from tests.factories import EditionFactory, TillFactory, UserFactory, list_on_sale
from tests.support.databases import SECRET_KEY
from tests.support.queries import counted_queries
from tests.support.till import TestTill

HTMX = {"HX-Request": "true"}
COUNT = {"card": "0", "cheque": "0"}


@pytest.fixture
def till(app: Flask) -> Till:
    made: Till = TillFactory(edition=EditionFactory(), number=3)
    db.session.commit()
    return made


@pytest.fixture
def odile(app: Flask) -> User:
    return UserFactory(role=Role.VOLUNTEER, first_name="Odile", last_name="Marchand")


@pytest.fixture
def signed_in(client: FlaskClient, odile: User, login: Callable) -> FlaskClient:
    return login(client, odile)


def opened(client: FlaskClient, till: Till, amount: str = "50,00") -> TillSession:
    answer = client.post(f"/till/{till.id}/session", data={"opening_float": amount})
    assert (answer.status_code, answer.location) == (303, f"/till/{till.id}")
    db.session.expire_all()
    session = open_session_of(till.id)
    assert session
    return session


@pytest.mark.parametrize("address", ["/till/", "/till/1/session", "/till/1", "/till/1/closure"])
def test_only_the_hall_reaches_the_tills(
    client: FlaskClient, app: Flask, login: Callable, address: str
) -> None:
    assert client.get(address).status_code == 302
    login(client, UserFactory(role=Role.DEPOSITOR))
    assert client.get(address).status_code == 403


def test_the_state_of_a_till_is_refused_in_json(client: FlaskClient, till: Till) -> None:
    answer = client.get(f"/till/{till.id}/state", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (401, {"error": "sign_in_required"})


def test_unknown_tills_are_not_found(signed_in: FlaskClient) -> None:
    for address in ("/till/999", "/till/999/session", "/till/999/closure", "/till/999/state"):
        assert signed_in.get(address).status_code == 404


def test_a_till_is_opened_with_its_float(signed_in: FlaskClient, till: Till) -> None:
    session = opened(signed_in, till, "52,50 €")
    assert (session.opening_float_cents, session.volunteer.first_name) == (5250, "Odile")
    assert "Odile Marchand" in signed_in.get("/till/").text
    assert signed_in.get(f"/till/{till.id}/session").status_code == 303


@pytest.mark.parametrize("amount", ["", "douze", "-5", "1,234", "100000", "1000,01"])
def test_a_float_that_is_no_amount_is_said_beside_the_field(
    signed_in: FlaskClient, till: Till, amount: str
) -> None:
    for headers in ({}, HTMX):
        answer = signed_in.post(f"/till/{till.id}/session", data={"opening_float": amount}, headers=headers)
        assert answer.status_code == 422
        assert f'value="{amount}"' in answer.text
        assert ("<html" in answer.text) is (not headers)


def test_an_open_till_and_a_sale_not_begun_are_refused(
    client: FlaskClient, till: Till, odile: User, login: Callable
) -> None:
    opened(login(client, odile), till)
    login(client, UserFactory(role=Role.VOLUNTEER))
    answer = client.post(f"/till/{till.id}/session", data={"opening_float": "1"})
    assert answer.status_code == 422
    assert "Odile Marchand" in answer.text
    early = TillFactory(edition=EditionFactory(state=EditionState.FROZEN), number=1)
    db.session.commit()
    answer = client.post(f"/till/{early.id}/session", data={"opening_float": "1"})
    assert "passer l’édition en vente" in answer.text


def test_the_till_of_a_closed_edition_is_not_offered(signed_in: FlaskClient) -> None:
    old = TillFactory(edition=EditionFactory(), number=1)
    old.edition.state = EditionState.CLOSED
    db.session.commit()
    page = signed_in.get(f"/till/{old.id}/session").text
    assert "Cette édition est clôturée" in page
    assert "Ouvrir et vendre" not in page


def test_htmx_is_sent_to_the_selling_page(signed_in: FlaskClient, till: Till) -> None:
    answer = signed_in.post(f"/till/{till.id}/session", data={"opening_float": "1"}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/till/{till.id}"


def test_a_browser_is_given_its_secret_once(signed_in: FlaskClient, till: Till) -> None:
    session = opened(signed_in, till)
    first = signed_in.post(f"/till/{till.id}/device", json={"key_id": None}).json
    again = signed_in.post(f"/till/{till.id}/device", json={"key_id": first["key_id"]}).json
    assert first["secret"]
    assert (again["secret"], again["key_id"]) == (None, first["key_id"])
    db.session.expire_all()
    device = db.session.query(TillDevice).one()
    assert session.device_id == device.id
    secret = keys.decrypt_secret(device.secret_encrypted, SECRET_KEY, device.key_id)
    assert secret not in device.secret_encrypted
    assert len(secret) == 32


@pytest.mark.parametrize("sent", [[], "key", 3])
def test_a_browser_that_says_nothing_sensible_is_refused(
    signed_in: FlaskClient, till: Till, sent: object
) -> None:
    opened(signed_in, till)
    assert signed_in.post(f"/till/{till.id}/device", json=sent).status_code == 400


def test_a_second_browser_must_say_that_it_takes_over(signed_in: FlaskClient, till: Till) -> None:
    opened(signed_in, till)
    first = signed_in.post(f"/till/{till.id}/device", json={}).json
    json_please = {"Accept": "application/json"}
    refused = signed_in.post(f"/till/{till.id}/device", json={}, headers=json_please)
    assert refused.status_code == 409
    assert "ouverte sur un autre appareil" in refused.json["error"]
    db.session.query(TillDevice).one().last_seq = 12
    db.session.commit()
    taken = signed_in.post(f"/till/{till.id}/device", json={"take_over": True}).json
    assert taken["key_id"] != first["key_id"]
    assert taken["last_seq"] == 12
    db.session.expire_all()
    assert db.session.query(TillDevice).filter_by(key_id=first["key_id"]).one().revoked_at


def test_only_the_volunteer_of_the_session_sells(
    client: FlaskClient, till: Till, odile: User, login: Callable
) -> None:
    opened(login(client, odile), till)
    login(client, UserFactory(role=Role.VOLUNTEER))
    answer = client.post(f"/till/{till.id}/device", json={}, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert "Odile Marchand" in answer.json["error"]


def test_a_right_count_closes_the_till(signed_in: FlaskClient, till: Till) -> None:
    opened(signed_in, till, "50")
    # A browser sends every field, also those left empty.
    count = {**COUNT, "piece_2000": "2", "piece_200": "5", "piece_500": "", "piece_1": " "}
    answer = signed_in.post(f"/till/{till.id}/closure", data=count)
    assert (answer.status_code, answer.location) == (303, "/till/")
    db.session.expire_all()
    session = db.session.query(TillSession).one()
    assert (session.counted_cents, session.expected_cents) == ({"cash": 5000, "card": 0, "cheque": 0},) * 2
    assert session.counted_denominations == {"2000": 2, "200": 5}
    assert open_session_of(till.id) is None


def test_a_difference_is_shown_and_needs_a_reason(signed_in: FlaskClient, till: Till) -> None:
    opened(signed_in, till, "50")
    data = {**COUNT, "piece_2000": "2"}
    for headers in ({}, HTMX):
        answer = signed_in.post(f"/till/{till.id}/closure", data=data, headers=headers)
        assert answer.status_code == 422
        assert "-10,00" in answer.text
        assert 'value="2"' in answer.text
    assert (
        signed_in.post(f"/till/{till.id}/closure", data={**data, "reason": "Rendu faux"}).status_code == 303
    )
    assert db.session.query(TillSession).one().variance_reason == "Rendu faux"


def test_a_drawer_nobody_counted_is_asked_about(signed_in: FlaskClient, till: Till) -> None:
    opened(signed_in, till, "50")
    address, blank = (
        f"/till/{till.id}/closure",
        {**COUNT, "piece_2000": "", "piece_1": " ", "reason": "Pressé"},
    )
    assert "tiroir est vide" not in signed_in.get(address).text
    for headers in ({}, HTMX):
        answer = signed_in.post(address, data=blank, headers=headers)
        assert answer.status_code == 422
        assert "la caisse est-elle vide" in answer.text
        assert "tiroir est vide" in answer.text
        assert "Attendu" not in answer.text
    assert open_session_of(till.id)
    assert signed_in.post(address, data={**blank, "empty": "y"}).status_code == 303
    assert db.session.query(TillSession).one().counted_cents["cash"] == 0


def test_a_zero_typed_is_a_count(signed_in: FlaskClient, till: Till) -> None:
    opened(signed_in, till, "0")
    answer = signed_in.post(f"/till/{till.id}/closure", data={**COUNT, "piece_2000": "0"})
    assert answer.status_code == 303


def test_a_till_is_closed_by_its_volunteer_or_a_reader_of_the_treasury(
    client: FlaskClient, till: Till, odile: User, login: Callable
) -> None:
    opened(login(client, odile), till)
    address = f"/till/{till.id}/closure"
    assert address in client.get("/till/").text
    login(client, UserFactory(role=Role.VOLUNTEER))
    assert address not in client.get("/till/").text
    count = {**COUNT, "reason": "Rien vu", "piece_2000": "1"}
    for answer in (
        client.get(address),
        client.post(address, data=count),
        client.post(address, data=count, headers=HTMX),
    ):
        assert answer.status_code == 403
        assert "ouverte par Odile Marchand. Seule cette personne" in answer.text
        assert "Attendu" not in answer.text
    assert open_session_of(till.id)
    for role in (Role.MANAGER, Role.TREASURER, Role.ADMIN):
        login(client, UserFactory(role=role))
        assert address in client.get("/till/").text
        assert client.get(address).status_code == 200
    assert client.post(address, data=count).status_code == 303


def test_a_till_taken_at_the_same_moment_is_refused_and_the_rest_is_kept(
    odile: User, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_session(till, odile.id, 5000)
    monkeypatch.setattr(sessions, "open_session_of", lambda _: None)
    with pytest.raises(sessions.TillAlreadyOpen):
        open_session(till, UserFactory(role=Role.VOLUNTEER).id, 0)
    assert [session.volunteer_id for session in db.session.query(TillSession)] == [odile.id]


@pytest.mark.parametrize(
    "wrong",
    [{"piece_2000": "deux"}, {"piece_2000": "1.5"}, {"piece_2000": "-1"}, {"card": "x"}, {"cheque": ""}],
)
def test_a_count_that_is_no_number_keeps_what_was_typed(
    signed_in: FlaskClient, till: Till, wrong: dict
) -> None:
    opened(signed_in, till)
    answer = signed_in.post(f"/till/{till.id}/closure", data={**COUNT, "piece_100": "7", **wrong})
    assert answer.status_code == 422
    assert 'value="7"' in answer.text
    if "piece_2000" in wrong:
        assert answer.text.count("Un nombre entier, de 0 à 9999.") == 2, "in the summary and beside the field"
        assert f'value="{wrong["piece_2000"]}"' in answer.text


def test_a_till_with_unsent_sales_is_not_closed(signed_in: FlaskClient, till: Till) -> None:
    opened(signed_in, till, "0")
    signed_in.post(f"/till/{till.id}/device", json={})
    db.session.query(TillDevice).one().pending_count = 2
    db.session.commit()
    answer = signed_in.post(f"/till/{till.id}/closure", data={**COUNT, "empty": "y"})
    assert answer.status_code == 422
    assert "2 ventes ne sont pas envoyées" in answer.text


def test_what_is_expected_counts_float_sales_and_refunds(client: FlaskClient, app: Flask) -> None:
    items = list_on_sale(3).items
    till = TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=1), 5000)
    paid = till.sale((items[0].code, 450), (items[1].code, 450))
    card = till.sale((items[2].code, 450), method="card")
    till.send(client, paid, card, till.void(paid, items[0].code, refund=450))
    assert expected_by_method(till.session) == {"cash": 5450, "card": 450, "cheque": 0}
    state = till_states(till.session.edition_id)[0]
    assert (state.sales, state.amount_cents, state.volunteer_id) == (2, 900, till.session.volunteer_id)


def test_the_list_of_tills_asks_the_same_for_any_number(signed_in: FlaskClient, app: Flask) -> None:
    asked, edition = [], EditionFactory()
    for numbers in (range(1, 3), range(3, 60)):
        for number in numbers:
            TillFactory(edition=edition, number=number)
        db.session.commit()
        with counted_queries() as statements:
            assert signed_in.get("/till/").status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] > 0


def test_a_till_that_is_silent_is_not_called_fine(signed_in: FlaskClient, till: Till) -> None:
    device = TestTill(till).row
    device.last_seen_at = utcnow()
    db.session.commit()
    assert "Ouverte" in signed_in.get("/till/").text
    device.last_seen_at = utcnow() - timedelta(minutes=3)
    db.session.commit()
    page = signed_in.get("/till/").text
    assert "Hors connexion" in page
    assert "Ouverte" not in page


def test_the_shell_is_nobodys_and_its_files_all_exist(client: FlaskClient, app: Flask) -> None:
    shell = client.get("/till/shell")
    assert shell.status_code == 200
    assert "Odile" not in shell.text
    script = client.get("/sw.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    files = json.loads(script.text.partition("keepTill(")[2].rpartition(")")[0])["files"]
    assert "/sw/outbox.js" in files
    for address, integrity in files.items():
        answer = client.get(address)
        assert answer.status_code == 200
        digest = f"sha256-{b64encode(sha256(answer.data).digest()).decode()}"
        # A picture bears its fingerprint in its address.
        assert integrity == digest or (integrity, "/aide/img/" in address) == ("", True), address
    assert client.get("/sw/secrets.js").status_code == 404
    assert client.get("/manifest.webmanifest").json["start_url"] == "/till/"
