"""Invitations: a link once, seven days, and a way on when it does not work."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, User
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.core.mail import OutgoingMail
from app.deposits.models import Invitation, InvitationState, Registration, RegistrationSource
from app.deposits.queries.registrations import count_invitations
from app.deposits.services import invitations
from app.deposits.services.registrations import Person, Wish, register
from app.editions.models import Edition, EditionState, ListKind
from app.editions.services.creation import NewEdition, create_edition
from tests.factories import UserFactory

Login = Callable[[FlaskClient, User], FlaskClient]
GOOD = "girafe-3-lampes"
ACCEPT = {"password": GOOD, "again": GOOD, "consent": "y"}


@pytest.fixture
def edition(app: Flask) -> Edition:
    made = create_edition(NewEdition("Automne 2026", 26, utcnow().date() + timedelta(days=40), "Gymnase"))
    made.state = EditionState.OPEN
    db.session.commit()
    return made


def link(token: str) -> str:
    return f"https://example.org/activation/{token}"


def enrol(edition: Edition, name: str = "lea") -> Registration:
    person = Person(f"{name}@example.org", name.title(), "Martin")
    return register(edition.id, Wish(person, ListKind.STANDARD, None, RegistrationSource.INVITATION))


def invited(edition: Edition, name: str = "lea") -> tuple[Registration, str]:
    """A registration and the address of its invitation, as its message says."""
    registration = enrol(edition, name)
    invitations.invite(registration, edition, link)
    db.session.commit()
    return registration, last_address()


def last_address() -> str:
    body = db.session.scalars(select(OutgoingMail.body).order_by(OutgoingMail.id.desc())).first() or ""
    found = re.search(r"/activation/\S+", body)
    assert found
    return found[0]


def test_the_link_opens_sets_the_password_and_signs_in(client: FlaskClient, edition: Edition) -> None:
    registration, address = invited(edition)
    page = client.get(address)
    assert page.status_code == 200
    assert "lea@example.org" in page.text
    db.session.expire_all()
    assert registration.user.activated_at is None, "opening the link must not use it"
    answer = client.post(address, data=ACCEPT)
    assert answer.status_code == 303
    db.session.expire_all()
    user = registration.user
    assert user.activated_at is not None
    assert (user.consent_version, user.consent_at is not None) == ("2026-1", True)
    state = db.session.scalars(select(Invitation.state)).one()
    assert state is InvitationState.ACCEPTED
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"consent": ""}, "Cochez cette case"),
        ({"password": "court1!", "again": "court1!"}, "8 caractères au moins"),
        ({"again": "autre-chose-9"}, "ne sont pas les mêmes"),
        ({"password": "Martin-2026", "again": "Martin-2026"}, "trop facile"),
    ],
)
def test_a_wrong_form_keeps_the_link(
    client: FlaskClient, edition: Edition, changes: dict[str, str], sentence: str
) -> None:
    _, address = invited(edition)
    data = {name: value for name, value in {**ACCEPT, **changes}.items() if value}
    answer = client.post(address, data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert client.post(address, data=ACCEPT).status_code == 303


def test_a_forgotten_tick_keeps_the_passwords_and_a_refused_one_does_not(
    client: FlaskClient, edition: Edition
) -> None:
    _, address = invited(edition)
    unticked = client.post(address, data={"password": GOOD, "again": GOOD})
    assert unticked.text.count(f'value="{GOOD}"') == 2
    assert unticked.headers["Cache-Control"] == "no-store"
    mistyped = client.post(address, data={**ACCEPT, "again": "autre-chose-9"})
    assert "autre-chose-9" not in mistyped.text
    assert GOOD not in mistyped.text


def test_an_address_that_cannot_be_one_gets_no_link(client: FlaskClient, edition: Edition) -> None:
    for page in ("/activation/new-link", "/forgot-password"):
        answer = client.post(page, data={"email": "lea chez orange"})
        assert answer.status_code == 422
        assert "n’est pas complète" in answer.text
        assert client.post(page, data={"email": " lea@example.org "}).status_code != 422


def test_a_used_link_leads_to_the_sign_in_page(client: FlaskClient, edition: Edition) -> None:
    _, address = invited(edition)
    client.post(address, data=ACCEPT)
    for answer in (client.get(address), client.post(address, data=ACCEPT)):
        assert answer.status_code == 410
        assert "déjà servi" in answer.text
        assert "/sign-in" in answer.text


def test_an_expired_link_is_renewed_in_one_click(client: FlaskClient, edition: Edition) -> None:
    _, address = invited(edition)
    with time_machine.travel(utcnow() + timedelta(days=7, minutes=1)):
        answer = client.get(address)
        assert answer.status_code == 410
        assert "sept jours" in answer.text
        assert client.post(f"{address}/new-link").status_code == 303
        fresh = last_address()
        assert fresh != address
        assert client.get(fresh).status_code == 200
    assert client.get(address).status_code == 410


def test_an_unknown_link_offers_a_new_one_by_address(client: FlaskClient, edition: Edition) -> None:
    _, address = invited(edition)
    answer = client.get("/activation/nothing-of-ours")
    assert answer.status_code == 410
    assert "activation/new-link" in answer.text
    assert client.post("/activation/new-link", data={"email": ""}).status_code == 422
    assert client.post("/activation/new-link", data={"email": " LEA@example.org"}).status_code == 303
    assert last_address() != address
    mails = len(db.session.scalars(select(OutgoingMail)).all())
    assert client.post("/activation/new-link", data={"email": "who@example.org"}).status_code == 303
    assert len(db.session.scalars(select(OutgoingMail)).all()) == mails


def test_a_cancelled_invitation_says_so_and_stays_cancelled(client: FlaskClient, edition: Edition) -> None:
    registration, address = invited(edition)
    invitations.cancel_invitation(registration)
    db.session.commit()
    assert "annulée" in client.get(address).text
    mails = len(db.session.scalars(select(OutgoingMail)).all())
    client.post("/activation/new-link", data={"email": "lea@example.org"})
    assert len(db.session.scalars(select(OutgoingMail)).all()) == mails


def test_sending_again_makes_a_new_link_and_kills_the_old_one(client: FlaskClient, edition: Edition) -> None:
    registration, address = invited(edition)
    invitations.send_again(registration, link)
    db.session.commit()
    assert client.get(address).status_code == 410
    assert client.get(last_address()).status_code == 200
    assert db.session.scalars(select(Invitation.send_count)).one() == 2


def test_somebody_active_is_told_without_a_link(edition: Edition) -> None:
    UserFactory(email="lea@example.org", activated_at=utcnow())
    registration = enrol(edition)
    assert invitations.invite(registration, edition, link) is None
    mail = db.session.scalars(select(OutgoingMail)).one()
    assert (mail.kind, "/activation/" in mail.body) == ("registered", False)
    with pytest.raises(DomainError, match="déjà activé"):
        invitations.send_again(registration, link)


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.MANAGER, Role.TREASURER, Role.ADMIN])
def test_an_invitation_never_opens_the_account_of_the_staff(
    client: FlaskClient, edition: Edition, role: Role
) -> None:
    """Whoever invites could read the link, and sign in with rights they do not have."""
    registration, address = invited(edition)
    registration.user.role = role
    db.session.commit()
    assert client.post(address, data=ACCEPT).status_code == 410
    invitations.remind(edition, link)
    with pytest.raises(DomainError, match="administrateur"):
        invitations.send_again(registration, link)
    UserFactory(email="paul@example.org", role=role, activated_at=None)
    assert invitations.invite(enrol(edition, "paul"), edition, link) is None
    bodies = db.session.scalars(select(OutgoingMail.body).order_by(OutgoingMail.id)).all()
    assert ["/activation/" in body for body in bodies] == [True, False]


def test_links_expire_at_night(edition: Edition) -> None:
    invited(edition, "lea")
    with time_machine.travel(utcnow() + timedelta(days=5)):
        invited(edition, "tom")
    with time_machine.travel(utcnow() + timedelta(days=8)):
        assert invitations.expire_invitations() == 1
        assert invitations.expire_invitations() == 0
        db.session.commit()
    counts = count_invitations(edition.id)
    assert (counts.sent, counts.expired, counts.total) == (1, 1, 2)


def test_reminders_reach_those_who_had_time_to_answer(edition: Edition) -> None:
    invited(edition, "lea")
    cancelled, _ = invited(edition, "tom")
    invitations.cancel_invitation(cancelled)
    assert invitations.remind(edition, link) == 0
    with time_machine.travel(utcnow() + timedelta(days=4)):
        invited(edition, "zoe")
        assert invitations.remind(edition, link) == 1


def test_a_manager_invites_one_person(client: FlaskClient, login: Login, edition: Edition) -> None:
    login(client, UserFactory(role=Role.MANAGER))
    address = f"/editions/{edition.id}/invitations/new"
    form = {
        "email": "Nouvelle@Example.org",
        "last_name": "Roy",
        "first_name": "Inès",
        "kind": "1000",
        "slot": 0,
    }
    answer = client.post(address, data=form)
    assert answer.status_code == 303
    found = db.session.scalars(select(Registration)).one()
    assert (found.user.email, found.lists[0].number) == ("nouvelle@example.org", 1000)
    assert answer.location.endswith(f"/registrations/{found.id}")
    again = client.post(address, data=form)
    assert again.status_code == 422
    assert "déjà inscrite" in again.text
    assert "Inès" in again.text
    wrong = client.post(address, data={**form, "email": "pas une adresse"})
    assert wrong.status_code == 422
    assert "pas une adresse" in wrong.text


CSV = (
    "email;nom;prenom;type_liste;commentaire\n"
    "a@example.org;Arnaud;Élise;standard;\n"
    "b@example.org;Blanc;Noé;1000;ancienne\n"
    "pas-bon;Cros;Ida;;\n"
    "a@example.org;Arnaud;Élise;;\n"
    "d@example.org;;Luc;;\n"
    "e@example.org;Ey;Rose;3000;\n"
    "f@example.org;=1+1;Max;;\n"
    "g@example.org;Gay;Zoé;famille;\n"
)


def upload(client: FlaskClient, edition: Edition, content: bytes, name: str = "people.csv"):
    from io import BytesIO

    data = {"file": (BytesIO(content), name)}
    return client.post(f"/editions/{edition.id}/invitations/file", data=data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_of_people(client: FlaskClient, login: Login, edition: Edition, encoding: str) -> None:
    login(client, UserFactory(role=Role.MANAGER))
    answer = upload(client, edition, CSV.encode(encoding))
    assert answer.status_code == 200
    users = db.session.scalars(select(User).join(Registration, Registration.user_id == User.id)).all()
    assert {(user.email, user.first_name) for user in users} == {
        ("a@example.org", "Élise"),
        ("b@example.org", "Noé"),
        ("g@example.org", "Zoé"),
    }
    for sentence in ("Déjà invité à la ligne 2", "« nom » est vide", "standard, 1000 ou 2000", "formule"):
        assert sentence in answer.text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "aucune|ne contient personne"),
        (b"email;nom;prenom\n", "ne contient personne"),
        (b"adresse;qui\na@example.org;x\n", "Colonnes introuvables : email, nom, prenom"),
        (b"%PDF-1.7 not a csv", "pas un CSV lisible"),
        (b"PK\x03\x04....", "pas un CSV lisible"),
        (b"\x00\x01\x02\x03" * 300, "CSV lisible|Colonnes introuvables"),
        (b"x" * (1024 * 1024 + 1), "dépasse 1 Mo"),
        (b"email;nom;prenom\n" + b"a@example.org;n;p\n" * 40_000, "plus de 500"),
    ],
    ids=["empty", "titles only", "other titles", "pdf", "zip", "binary", "too big", "too long"],
)
def test_a_csv_that_is_none(
    client: FlaskClient, login: Login, edition: Edition, content: bytes, sentence: str
) -> None:
    login(client, UserFactory(role=Role.MANAGER))
    answer = upload(client, edition, content)
    assert answer.status_code == 422
    assert re.search(sentence, answer.text)
    assert db.session.scalars(select(Registration)).all() == []
