"""Signing in and out, the lock, forgotten passwords, one's own account."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import factory
from app.accounts import services
from app.accounts.demo_accounts import DEMO_ACCOUNTS
from app.accounts.models import Role, User, UserSession
from app.accounts.passwords import hash_password, password_matches
from app.accounts.services import signing_in
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.db import db
from app.core.mail import OutgoingMail
from app.extensions import limiter
from app.factory import create_app
from tests.factories import EditionFactory, UserFactory
from tests.support.databases import Databases
from tests.support.redis_server import RedisServer

PASSWORD, OTHER = "Girafe+tricot7", "Nuage-de-lait-4"
Login = Callable[[FlaskClient, User], FlaskClient]


@pytest.fixture
def person(app: Flask) -> User:
    user: User = UserFactory(
        email="camille@example.org", role=Role.MANAGER, password_hash=hash_password(PASSWORD)
    )
    db.session.commit()
    return user


def send(client: FlaskClient, password: str = PASSWORD, email: str = "camille@example.org", **data: str):
    return client.post("/sign-in", data={"email": email, "password": password, **data})


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def sessions() -> list[UserSession]:
    db.session.expire_all()
    return list(db.session.scalars(select(UserSession).order_by(UserSession.id)))


def latest_link() -> str:
    db.session.expire_all()
    mail = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(1)).one()
    found = re.search(r"https?://[^/]+(/reset-password/\S+)", mail.body)
    assert found, mail.body
    return found[1]


def test_a_stranger_is_shown_the_way_in(client: FlaskClient, app: Flask) -> None:
    assert client.get("/").headers["Location"] == "/sign-in"
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert "Se connecter" in page.text
    assert "Démonstration" not in page.text


def test_the_right_password_opens_the_wanted_page(client: FlaskClient, person: User) -> None:
    answer = send(client, email="  Camille@Example.ORG ", next="/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert client.get("/account").status_code == 200
    assert actions() == ["account.signed_in"]


def test_a_wanted_page_elsewhere_is_forgotten(client: FlaskClient, person: User) -> None:
    assert "elsewhere" not in send(client, next="//elsewhere.example/x").headers["Location"]


@pytest.mark.parametrize("email", ["camille@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(
    client: FlaskClient, person: User, email: str
) -> None:
    answer = send(client, "Wrong-pass-1", email)
    assert answer.status_code == 422
    assert "ne sont pas les bons" in answer.text
    assert f'value="{email}"' in answer.text
    assert "Wrong-pass-1" not in answer.text


def test_an_empty_form_names_its_fields(client: FlaskClient, app: Flask) -> None:
    answer = client.post("/sign-in", data={})
    assert answer.status_code == 422
    assert "Écrivez votre adresse e-mail." in answer.text


def test_five_failures_lock_a_quarter_of_an_hour_also_for_the_right_password(
    client: FlaskClient, person: User
) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        for _ in range(5):
            assert send(client, "Wrong-pass-1").status_code == 422
        locked = send(client)
        assert locked.status_code == 422
        assert "ne sont pas les bons" in locked.text
        clock.shift(timedelta(minutes=15, seconds=1))
        assert send(client).status_code == 303
    assert actions() == ["account.locked", "account.signed_in"]


def test_four_failures_are_forgotten_by_a_success(client: FlaskClient, person: User) -> None:
    for _ in range(2):
        for _ in range(4):
            send(client, "Wrong-pass-1")
        assert send(client).status_code == 303
        client.post("/sign-out")


def test_guesses_sent_together_are_counted_one_by_one(own_app: Flask) -> None:
    user = UserFactory(password_hash=hash_password(PASSWORD))
    db.session.commit()

    def guess(_: int) -> None:
        with own_app.app_context():
            services.authenticate(user.email, "Wrong-pass-1")
            db.session.commit()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(guess, range(5)))
    db.session.expire_all()
    assert user.locked_until is not None
    db.session.rollback()


def test_the_password_is_checked_outside_any_transaction(
    client: FlaskClient, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ones: list[bool] = []

    def watched(stored: str | None, password: str) -> bool:
        open_ones.append(db.session.registry().in_transaction())
        return password_matches(stored, password)

    monkeypatch.setattr(signing_in, "password_matches", watched)
    assert send(client, "Wrong-pass-1").status_code == 422
    assert send(client).status_code == 303
    assert open_ones == [False, False]


def test_a_disabled_account_is_no_account(client: FlaskClient, person: User) -> None:
    person.active = False
    db.session.commit()
    assert send(client).status_code == 422


def test_the_session_is_new_at_each_sign_in(client: FlaskClient, person: User) -> None:
    with client.session_transaction() as cookie:
        cookie["left_by_a_stranger"] = "yes"
    send(client)
    with client.session_transaction() as cookie:
        first = cookie["_user_id"]
        assert "left_by_a_stranger" not in cookie
    send(client)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    assert [row.revoked_at is None for row in sessions()] == [False, True]


def test_signing_out_ends_the_session_in_the_database(client: FlaskClient, person: User) -> None:
    send(client)
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    assert client.post("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/account").status_code == 302
    with client.session_transaction() as cookie:
        cookie.update(stolen)
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize(("role", "hours"), [(Role.DEPOSITOR, 24), (Role.VOLUNTEER, 8), (Role.ADMIN, 8)])
def test_sessions_last_a_day_for_depositors_and_a_shift_for_staff(
    client: FlaskClient, app: Flask, role: Role, hours: int
) -> None:
    UserFactory(email="camille@example.org", role=role, password_hash=hash_password(PASSWORD))
    db.session.commit()
    with time_machine.travel(utcnow(), tick=False) as clock:
        send(client)
        clock.shift(timedelta(hours=hours, seconds=-1))
        assert client.get("/account").status_code == 200
        clock.shift(timedelta(seconds=2))
        assert client.get("/account").status_code == 302


def test_a_reset_link_serves_once_and_signs_out_everywhere(
    client: FlaskClient, app: Flask, person: User, login: Login
) -> None:
    elsewhere = login(app.test_client(), person)
    sent = client.post("/forgot-password", data={"email": "Camille@example.org"})
    assert sent.status_code == 200
    link = latest_link()
    assert client.get(link).status_code == 200
    assert client.post(link, data={"password": OTHER, "again": OTHER}).status_code == 303
    assert elsewhere.get("/account").status_code == 302
    assert client.get("/account").status_code == 200
    assert client.get(link).status_code == 410
    assert client.post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code == 410
    client.post("/sign-out")
    assert send(client).status_code == 422
    assert send(client, OTHER).status_code == 303


def test_a_reset_link_dies_after_an_hour_and_with_the_next_one(client: FlaskClient, person: User) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        client.post("/forgot-password", data={"email": person.email})
        first = latest_link()
        client.post("/forgot-password", data={"email": person.email})
        second = latest_link()
        assert client.get(first).status_code == 410
        assert client.get(second).status_code == 200
        clock.shift(timedelta(hours=1))
        assert client.get(second).status_code == 410


def test_a_reset_unlocks(client: FlaskClient, person: User) -> None:
    for _ in range(5):
        send(client, "Wrong-pass-1")
    client.post("/forgot-password", data={"email": person.email})
    client.post(latest_link(), data={"password": OTHER, "again": OTHER})
    client.post("/sign-out")
    assert send(client, OTHER).status_code == 303


def test_a_reset_keeps_the_rules_and_the_link(client: FlaskClient, person: User) -> None:
    client.post("/forgot-password", data={"email": person.email})
    link = latest_link()
    weak = client.post(link, data={"password": "Camille31!", "again": "Camille31!"})
    assert weak.status_code == 422
    assert "trop facile" in weak.text
    unequal = client.post(link, data={"password": OTHER, "again": PASSWORD})
    assert "ne sont pas les mêmes" in unequal.text
    assert client.post(link, data={"password": OTHER, "again": OTHER}).status_code == 303


def test_an_unknown_address_gets_the_same_page_and_no_mail(client: FlaskClient, person: User) -> None:
    with time_machine.travel(utcnow(), tick=False):  # the page's CSRF token holds the second
        known = client.post("/forgot-password", data={"email": person.email})
        unknown = client.post("/forgot-password", data={"email": "nobody@example.org"})
    assert known.text.replace(person.email, "nobody@example.org") == unknown.text
    assert db.session.scalars(select(OutgoingMail.recipient)).all() == [person.email]


def test_a_depositor_who_never_accepted_is_reminded_of_the_invitation(
    client: FlaskClient, app: Flask
) -> None:
    UserFactory(email="neuf@example.org", activated_at=None)
    db.session.commit()
    client.post("/forgot-password", data={"email": "neuf@example.org"})
    mail = db.session.scalars(select(OutgoingMail)).one()
    assert mail.kind == "account.not_activated"
    assert "/reset-password/" not in mail.body


def test_links_point_to_the_public_address_whatever_the_request_says(
    client: FlaskClient, app: Flask, person: User
) -> None:
    app.config["PUBLIC_URL"] = "https://bourse.example.org"
    client.post("/forgot-password", data={"email": person.email}, headers={"Host": "evil.example"})
    assert "https://bourse.example.org/reset-password/" in db.session.scalars(select(OutgoingMail)).one().body


def test_changing_ones_password_asks_for_the_old_one_and_signs_the_others_out(
    client: FlaskClient, app: Flask, person: User, login: Login
) -> None:
    login(client, person)
    elsewhere = login(app.test_client(), person)
    new = {"password": OTHER, "again": OTHER}
    wrong = client.post("/account/password", data={"current": "Wrong-pass-1", **new})
    assert (wrong.status_code, "pas votre mot de passe actuel" in wrong.text) == (422, True)
    assert client.post("/account/password", data={"current": PASSWORD, **new}).status_code == 303
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert actions() == ["account.password_changed"]


def test_one_ends_ones_own_devices_only(client: FlaskClient, app: Flask, person: User, login: Login) -> None:
    login(client, person)
    login(app.test_client(), person)
    stranger = login(app.test_client(), UserFactory())
    mine, other_device, not_mine = sessions()
    assert client.post(f"/account/sessions/{not_mine.id}/end").status_code == 404
    assert stranger.get("/account").status_code == 200
    assert client.post(f"/account/sessions/{other_device.id}/end").status_code == 303
    assert [row.revoked_at is None for row in sessions()] == [True, False, True]
    assert mine.device == ""


def test_a_device_is_named_so_that_one_recognises_it(client: FlaskClient, person: User) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    client.post("/sign-in", data={"email": person.email, "password": PASSWORD}, headers={"User-Agent": agent})
    assert "Firefox sous Windows" in client.get("/account").text


def test_the_demonstration_offers_its_accounts(client: FlaskClient, app: Flask) -> None:
    app.config["DEMO"] = True
    page = client.get("/sign-in").text
    assert all(account.email in page for account in DEMO_ACCOUNTS)
    assert {account.role for account in DEMO_ACCOUNTS} == set(Role)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"])
def test_too_many_failures_from_one_address_are_slowed_down_also_without_redis(
    databases: Databases, tmp_path: Path
) -> None:
    with limited_app(databases.create(), tmp_path, f"unix://{tmp_path / 'no-queue.sock'}") as app:
        client = app.test_client()
        codes = [
            client.post("/sign-in", data={"email": f"{n}@example.org", "password": "x"}).status_code
            for n in range(31)
        ]
        assert codes == [422] * 30 + [429]
        assert client.get("/sign-in").status_code == 200
        codes = [
            client.post("/forgot-password", data={"email": "one@example.org"}).status_code for _ in range(6)
        ]
        assert codes == [200] * 5 + [429]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("by_socket", [False, True])
def test_all_processes_count_together(
    databases: Databases,
    tmp_path: Path,
    redis_server: RedisServer,
    by_socket: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # On a machine that is busy an answer may come late; then each process would count alone.
    patient = dict.fromkeys(factory.LIMITS_TIMEOUTS, 30)
    monkeypatch.setattr(factory, "LIMITS_TIMEOUTS", patient)
    redis_server.client.flushall()
    url = f"unix://{redis_server.socket}" if by_socket else redis_server.url
    for sent in (3, 3):
        with limited_app(databases.create(), tmp_path, url) as app:
            client = app.test_client()
            codes = [
                client.post("/forgot-password", data={"email": "one@example.org"}).status_code
                for _ in range(sent)
            ]
    assert codes == [200, 200, 429]
    assert redis_server.client.keys("LIMITS*")


@contextmanager
def limited_app(url: str, data_dir: Path, redis_url: str) -> Iterator[Flask]:
    """An application whose limits are on, as in real use."""
    app = create_app(
        {
            "SECRET_KEY": "only-for-tests-" * 3,
            "DATABASE_URL": url,
            "DATA_DIR": data_dir,
            "REDIS_URL": redis_url,
            "PUBLIC_URL": "http://127.0.0.1:8000",
        }
    )
    app.config["WTF_CSRF_ENABLED"] = False
    # One limiter serves all applications of this process, and remembers that the storage of another failed.
    limiter._storage_dead = False
    try:
        yield app
    finally:
        limiter._storage_dead = False
        limiter.enabled = False


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("editions", [0, 1])
@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_its_first_page(
    app: Flask, client: FlaskClient, login: Login, role: Role, editions: int
) -> None:
    EditionFactory.create_batch(editions)
    login(client, UserFactory(role=role))
    answer = client.get("/", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path != "/sign-in"
