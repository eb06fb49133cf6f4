"""The administrator's pages on users."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.accounts import services
from app.accounts.models import Role, User
from app.accounts.passwords import hash_password
from app.accounts.services import people
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.errors import DomainError
from app.core.mail import OutgoingMail
from tests.factories import UserFactory

Login = Callable[[FlaskClient, User], FlaskClient]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(app: Flask) -> User:
    user: User = UserFactory(role=Role.ADMIN, first_name="Alix", last_name="Castéra")
    db.session.commit()
    return user


@pytest.fixture
def page(client: FlaskClient, admin: User, login: Login) -> FlaskClient:
    return login(client, admin)


def stored(email: str) -> User:
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.email == email)).one()


def count_queries(client: FlaskClient, address: str) -> int:
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len([statement for statement in seen if "SAVEPOINT" not in statement])


def test_people_are_found_by_any_part_of_their_name_or_address(page: FlaskClient) -> None:
    UserFactory(first_name="Zoé", last_name="Lagarde", email="zl@example.org")
    UserFactory(first_name="Noé", last_name="Lagarde", email="noe@example.org", role=Role.VOLUNTEER)
    db.session.commit()
    both = page.get("/users?q=lagarde").text
    assert "zl@example.org" in both
    assert "noe@example.org" in both
    one = page.get("/users?q=noe lagar&role=volunteer&state=1").text
    assert "zl@example.org" not in one
    assert "noe@example.org" in one
    assert "Personne ne correspond" in page.get("/users?q=100%25").text
    assert page.get("/users?role=boss&state=x&page=abc").status_code == 200
    assert page.get("/users?page=-4").status_code == 200


def test_people_stand_as_in_a_directory_whatever_accents_and_capitals(page: FlaskClient) -> None:
    names = ["Virgile", "ABEL", "élian", "Abrivard", "Zorro"]
    for name in names:
        UserFactory(first_name="Tri", last_name=name)
    db.session.commit()
    listed = re.findall(r"Tri (\w+)", page.get("/users?q=tri").text)
    assert list(dict.fromkeys(listed)) == ["ABEL", "Abrivard", "élian", "Virgile", "Zorro"]
    assert "élian" in page.get("/users?q=Elian").text


def test_typing_in_the_search_box_swaps_the_results_only(page: FlaskClient) -> None:
    answer = page.get("/users?q=alix", headers=HTMX)
    assert "Castéra" in answer.text
    assert "<html" not in answer.text


@pytest.mark.slow
@pytest.mark.parametrize("address", ["/users", "/audit", "/outbox", "/jobs"])
def test_lists_cost_the_same_whatever_their_length(page: FlaskClient, admin: User, address: str) -> None:
    from app.core.audit import record
    from app.core.mail import queue_mail
    from app.operations.services import request_job

    def add(count: int) -> None:
        for number in range(count):
            user = UserFactory()
            record("test.done", f"x:{number}", actor_id=user.id)
            queue_mail("test", user.email, "Objet", "Texte")
            request_job("none", "Un travail", requested_by_id=user.id)
        db.session.commit()

    add(10)
    few = count_queries(page, address)
    add(60)
    assert count_queries(page, address) == few


def test_a_new_person_gets_a_link_and_no_password(page: FlaskClient, client: FlaskClient) -> None:
    form = {"first_name": "Dominique", "last_name": "Lafont", "email": "DL@example.org", "role": "volunteer"}
    assert page.post("/users/new", data=form).headers["Location"] == "/users"
    user = stored("dl@example.org")
    assert (user.role, user.password_hash, user.activated_at) == (Role.VOLUNTEER, None, None)
    mail = db.session.scalars(select(OutgoingMail)).one()
    link = re.search(r"(/reset-password/\S+)", mail.body)
    assert link
    client.post("/sign-out")
    chosen = {"password": "Nuage-de-lait-4", "again": "Nuage-de-lait-4"}
    assert client.post(link[1], data=chosen).status_code == 303
    assert stored("dl@example.org").activated_at is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "dl@"}, "complète"),
        ({"email": "PRIS@example.org"}, "existe déjà"),
        ({"email": ""}, "Indiquez l’adresse"),
        ({"first_name": ""}, "Indiquez le prénom"),
        ({"last_name": "   "}, "Indiquez le nom"),
        ({"phone": "abc"}, "pas un numéro de téléphone"),
        ({"role": ""}, "Choisissez un rôle"),
        ({"role": "depositor"}, "choix"),
        ({"last_name": "x" * 81}, "80"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_wrong_form_says_why_and_keeps_what_was_typed(
    page: FlaskClient, changes: dict[str, str], message: str, headers: dict[str, str]
) -> None:
    UserFactory(email="pris@example.org")
    db.session.commit()
    form = {"first_name": "Dominique", "last_name": "Lafont", "email": "dl@example.org", "role": "volunteer"}
    answer = page.post("/users/new", data={"phone": "06 11 22 33 44", **form, **changes}, headers=headers)
    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{changes.get("phone", "06 11 22 33 44")}"' in answer.text
    assert ("<html" in answer.text) is not bool(headers)
    assert db.session.scalar(select(OutgoingMail.id)) is None


def test_an_address_taken_this_very_moment_is_refused_too(
    page: FlaskClient, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = UserFactory(email="zl@example.org")
    db.session.commit()
    monkeypatch.setattr(people, "_check_free", lambda *_: None)
    person = {"first_name": "Zoé", "last_name": "Lagarde", "role": "volunteer"}
    for address in ("/users/new", f"/users/{other.id}"):
        answer = page.post(address, data={**person, "email": admin.email})
        assert (answer.status_code, people.TAKEN in answer.text) == (422, True)


def test_a_role_is_changed_and_the_person_signed_out(
    page: FlaskClient, app: Flask, admin: User, login: Login
) -> None:
    user = UserFactory(role=Role.VOLUNTEER)
    theirs = login(app.test_client(), user)
    assert page.post(f"/users/{user.id}/role", data={"role": "manager"}).status_code == 303
    assert stored(user.email).role is Role.MANAGER
    assert theirs.get("/account").status_code == 302
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "account.role_changed")).one()
    assert (entry.actor_id, entry.subject) == (admin.id, f"user:{user.id}")
    assert '"after": "manager"' in entry.details


def test_a_role_that_does_not_exist_is_refused(page: FlaskClient) -> None:
    user = UserFactory(role=Role.VOLUNTEER)
    db.session.commit()
    assert page.post(f"/users/{user.id}/role", data={"role": "boss"}).status_code == 422
    assert stored(user.email).role is Role.VOLUNTEER


def test_nobody_demotes_or_disables_themselves(page: FlaskClient, admin: User) -> None:
    UserFactory(role=Role.ADMIN)
    db.session.commit()
    assert page.post(f"/users/{admin.id}/role", data={"role": "volunteer"}).status_code == 422
    assert page.post(f"/users/{admin.id}/disable").status_code == 422
    assert stored(admin.email).active


def test_an_administrator_always_remains(app: Flask) -> None:
    only = UserFactory(role=Role.ADMIN)
    UserFactory(role=Role.ADMIN, active=False)
    with pytest.raises(DomainError, match="dernier administrateur"):
        services.change_role(only, Role.MANAGER)
    with pytest.raises(DomainError, match="dernier administrateur"):
        services.disable_user(only)


def test_a_disabled_person_is_out_at_once_and_may_come_back(
    page: FlaskClient, app: Flask, login: Login
) -> None:
    user = UserFactory(role=Role.VOLUNTEER)
    theirs = login(app.test_client(), user)
    page.post(f"/users/{user.id}/disable")
    assert theirs.get("/account").status_code == 302
    assert "Compte désactivé" in page.get(f"/users/{user.id}").text
    assert page.post(f"/users/{user.id}/password-link").status_code == 422
    page.post(f"/users/{user.id}/enable")
    assert stored(user.email).active


def test_a_locked_account_is_shown_and_opened(page: FlaskClient) -> None:
    user = UserFactory(role=Role.VOLUNTEER, password_hash=hash_password("Nuage-de-lait-4"))
    db.session.commit()
    for _ in range(5):
        services.authenticate(user.email, "Wrong-pass-1")
        db.session.commit()
    db.session.commit()
    assert "Débloquer" in page.get(f"/users/{user.id}").text
    page.post(f"/users/{user.id}/enable")
    assert stored(user.email).locked_until is None


def test_a_reset_link_is_sent_for_somebody(page: FlaskClient) -> None:
    user = UserFactory(role=Role.VOLUNTEER, password_hash="x")
    never = UserFactory(activated_at=None)
    db.session.commit()
    assert page.post(f"/users/{user.id}/password-link").status_code == 303
    assert db.session.scalars(select(OutgoingMail.recipient)).one() == user.email
    assert page.post(f"/users/{never.id}/password-link").status_code == 422


def test_the_card_of_a_person_is_changed(page: FlaskClient) -> None:
    user = UserFactory()
    UserFactory(email="pris@example.org")
    db.session.commit()
    form = {"first_name": "Sacha", "last_name": "Vidal", "email": "sacha@example.org", "phone": "0600000000"}
    assert page.post(f"/users/{user.id}", data=form).status_code == 303
    assert (stored("sacha@example.org").full_name, stored("sacha@example.org").phone) == (
        "Sacha Vidal",
        "+33600000000",
    )
    assert 'value="06 00 00 00 00"' in page.get(f"/users/{user.id}").text
    taken = page.post(f"/users/{user.id}", data={**form, "email": "pris@example.org"})
    assert (taken.status_code, "existe déjà" in taken.text) == (422, True)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "account.changed")).one()
    assert "sacha" not in entry.details


def test_nobody_is_not_found(page: FlaskClient) -> None:
    assert page.get("/users/999").status_code == 404
    assert page.post("/users/999/disable").status_code == 404


def test_a_name_cannot_carry_code(page: FlaskClient) -> None:
    user = UserFactory(first_name="<script>alert(1)</script>", email="x@example.org")
    db.session.commit()
    assert "<script>alert" not in page.get("/users?q=x@").text
    assert "<script>alert" not in page.get(f"/users/{user.id}").text
