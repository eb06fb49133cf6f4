"""Background work, the outbox and the audit log on screen."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.audit import record
from app.core.db import db
from app.core.mail import MailState, OutgoingMail, queue_mail
from app.operations.files import new_file
from app.operations.models import BackgroundJob, JobState
from app.operations.services import finish_job, request_job
from app.web.access import ENDPOINT_ROLES
from blueprints.operations.job_roles import ENDPOINT_OF_KIND
from jobs.runner import HANDLERS
from tests.factories import UserFactory

Login = Callable[[FlaskClient, User], FlaskClient]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_role(client: FlaskClient, login: Login) -> Callable[[Role], User]:
    def sign_in(role: Role) -> User:
        user: User = UserFactory(role=role)
        login(client, user)
        return user

    return sign_in


def a_job(owner: User | None, state: JobState = JobState.QUEUED, **values: object) -> BackgroundJob:
    job = request_job("labels", "Étiquettes du mercredi", requested_by_id=owner.id if owner else None)
    job.state = state
    for name, value in values.items():
        setattr(job, name, value)
    db.session.commit()
    return job


def test_a_volunteer_sees_only_their_own_jobs(client: FlaskClient, as_role: Callable[[Role], User]) -> None:
    me = as_role(Role.VOLUNTEER)
    mine, other = a_job(me), a_job(UserFactory())
    page = client.get("/jobs").text
    assert mine.id in page
    assert other.id not in page
    assert client.get(f"/jobs/{other.id}").status_code == 404
    assert client.get(f"/jobs/{other.id}/file").status_code == 404
    assert client.post(f"/jobs/{other.id}/again").status_code == 404


@pytest.mark.parametrize("role", [Role.MANAGER, Role.TREASURER, Role.ADMIN])
def test_those_who_run_the_sale_see_all_jobs(
    client: FlaskClient, as_role: Callable[[Role], User], role: Role
) -> None:
    as_role(role)
    other = a_job(UserFactory())
    assert other.id in client.get("/jobs").text


def test_a_job_under_way_asks_for_itself_until_it_ended(
    client: FlaskClient, as_role: Callable[[Role], User]
) -> None:
    job = a_job(as_role(Role.MANAGER), JobState.RUNNING, done_steps=42, total_steps=300)
    running = client.get(f"/jobs/{job.id}", headers=HTMX)
    assert 'hx-trigger="every 1s"' in running.text
    assert "42 sur 300" in running.text
    assert "<html" not in running.text
    finish_job(job, "300 étiquettes prêtes.")
    db.session.commit()
    done = client.get(f"/jobs/{job.id}", headers=HTMX)
    assert "hx-trigger" not in done.text
    assert "300 étiquettes prêtes." in done.text
    assert done.headers["HX-Trigger"] == "jobFinished"


def test_the_file_of_a_job_is_downloaded_under_its_name(
    client: FlaskClient, as_role: Callable[[Role], User]
) -> None:
    stored, path = new_file("labels", ".pdf")
    path.write_bytes(b"%PDF-1.4 labels")
    job = a_job(as_role(Role.VOLUNTEER), JobState.DONE, file=stored, file_name="étiquettes.pdf")
    answer = client.get(f"/jobs/{job.id}/file")
    assert answer.data == b"%PDF-1.4 labels"
    assert "%C3%A9tiquettes.pdf" in answer.headers["Content-Disposition"]
    path.unlink()
    gone = client.get(f"/jobs/{job.id}/file")
    assert (gone.status_code, "plus là" in gone.text) == (404, True)


def test_a_job_without_file_has_none(client: FlaskClient, as_role: Callable[[Role], User]) -> None:
    job = a_job(as_role(Role.MANAGER), JobState.DONE)
    assert client.get(f"/jobs/{job.id}/file").status_code == 404
    assert client.get("/jobs/unknown").status_code == 404


def test_a_failed_job_is_asked_for_again(client: FlaskClient, as_role: Callable[[Role], User]) -> None:
    me = as_role(Role.MANAGER)
    failed = a_job(UserFactory(), JobState.FAILED, params={"slot_id": 4}, message="Plus de papier.")
    answer = client.post(f"/jobs/{failed.id}/again")
    assert answer.status_code == 303
    again = db.session.scalars(select(BackgroundJob).where(BackgroundJob.id != failed.id)).one()
    assert answer.headers["Location"] == f"/jobs/{again.id}"
    assert (again.params, again.requested_by_id, again.state) == ({"slot_id": 4}, me.id, JobState.QUEUED)
    assert "ne répond pas" in client.get(answer.headers["Location"]).text
    assert client.post(f"/jobs/{again.id}/again").status_code == 422


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        ("labels", {Role.MANAGER, Role.ADMIN}),
        ("billetweb_import", {Role.MANAGER, Role.ADMIN}),
        ("list_recap", {Role.MANAGER, Role.ADMIN}),
        ("slips", {Role.TREASURER, Role.ADMIN}),
        ("unheard_of", set()),
    ],
)
@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.MANAGER, Role.TREASURER, Role.ADMIN])
def test_a_job_is_asked_for_again_by_those_who_may_ask_for_it(
    client: FlaskClient, as_role: Callable[[Role], User], kind: str, allowed: set[Role], role: Role
) -> None:
    failed = a_job(as_role(role), JobState.FAILED, kind=kind)
    assert ("Relancer" in client.get(f"/jobs/{failed.id}").text) is (role in allowed)
    answer = client.post(f"/jobs/{failed.id}/again")
    assert answer.status_code == (303 if role in allowed else 403)
    count = db.session.scalar(select(func.count()).select_from(BackgroundJob))
    assert count == (2 if role in allowed else 1)


def test_every_kind_of_job_has_its_roles() -> None:
    assert ENDPOINT_OF_KIND.keys() == HANDLERS.keys()
    assert set(ENDPOINT_OF_KIND.values()) <= ENDPOINT_ROLES.keys()


def test_the_outbox_filters_and_says_that_nothing_leaves(
    client: FlaskClient, as_role: Callable[[Role], User]
) -> None:
    as_role(Role.MANAGER)
    queue_mail("recap", "un@example.org", "Récapitulatif", "Texte")
    queue_mail("recap", "deux@example.org", "Invitation", "Texte").state = MailState.FAILED
    db.session.commit()
    page = client.get("/outbox").text
    assert "Aucun serveur d’envoi" in page
    one = client.get("/outbox?q=un@&state=queued", headers=HTMX).text
    assert "un@example.org" in one
    assert "deux@example.org" not in one
    assert client.get("/outbox?state=nonsense").status_code == 200


def test_a_message_is_read_with_its_links_and_nothing_else_comes_alive(
    client: FlaskClient, as_role: Callable[[Role], User]
) -> None:
    as_role(Role.MANAGER)
    mail = queue_mail("recap", "a@example.org", "Objet", "Voir https://bourse.example.org/x\n<b>gras</b>")
    db.session.commit()
    page = client.get(f"/outbox/{mail.id}").text
    assert 'href="https://bourse.example.org/x"' in page
    assert "<b>gras" not in page
    assert client.get("/outbox/999").status_code == 404


@pytest.mark.parametrize(
    ("role", "demo", "readable"),
    [(Role.MANAGER, False, False), (Role.MANAGER, True, True), (Role.ADMIN, False, True)],
)
def test_a_manager_cannot_take_an_account_over_through_the_outbox(
    client: FlaskClient, app: Flask, as_role: Callable[[Role], User], role: Role, demo: bool, readable: bool
) -> None:
    app.config["DEMO"] = demo
    as_role(role)
    mail = queue_mail(
        "account.reset",
        "admin@example.org",
        "Objet",
        "https://x.example.org/reset-password/un-secret-bien-long",
    )
    db.session.commit()
    assert ("un-secret-bien-long" in client.get(f"/outbox/{mail.id}").text) is readable


def test_what_failed_or_was_kept_is_sent_again(
    client: FlaskClient, app: Flask, as_role: Callable[[Role], User]
) -> None:
    app.config["SMTP_URL"] = "smtp://127.0.0.1:9"
    as_role(Role.MANAGER)
    mails = [queue_mail("recap", "a@example.org", "Objet", "Texte") for _ in range(3)]
    states = (MailState.FAILED, MailState.KEPT, MailState.SENT)
    for mail, state in zip(mails, states, strict=True):
        mail.state, mail.attempts = state, 6
    db.session.commit()
    assert "n’a pas pu partir" in client.get("/outbox").text
    assert client.post(f"/outbox/{mails[1].id}/retry").status_code == 303
    assert client.post(f"/outbox/{mails[2].id}/retry").status_code == 422
    assert client.post("/outbox/retry").status_code == 303
    db.session.expire_all()
    found = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    assert [(mail.state, mail.attempts) for mail in found] == [
        (MailState.QUEUED, 0),
        (MailState.QUEUED, 0),
        (MailState.SENT, 6),
    ]


def test_the_audit_log_is_searched(client: FlaskClient, as_role: Callable[[Role], User]) -> None:
    as_role(Role.ADMIN)
    zoe = UserFactory(first_name="Zoé", last_name="Lagarde")
    remi = UserFactory(first_name="Rémi", last_name="Vidal")
    subject = f"user:{remi.id}"
    record("account.role_changed", subject, actor_id=zoe.id, before=Role.VOLUNTEER, after=Role.MANAGER)
    record("edition.opened", "edition:1")
    db.session.commit()
    everything = client.get("/audit").text
    assert f"compte nº\u00a0{remi.id}, Rémi Vidal" in everything
    assert "Rôle changé" in everything
    assert "avant : Bénévole" in everything
    assert "l’application" in everything
    by_person = client.get("/audit?q=lagarde", headers=HTMX).text
    assert "Rôle changé" in by_person
    assert "edition.opened" not in by_person
    assert "Rôle changé" not in client.get("/audit?action=edition.opened", headers=HTMX).text
    assert "Rien ne correspond" in client.get("/audit?until=2020-01-01", headers=HTMX).text
    assert "Rôle changé" in client.get("/audit?since=2020-01-01&until=2199-12-31", headers=HTMX).text
    assert client.get("/audit?since=0001-01-01&until=9999-12-31&page=99").status_code == 200
    assert client.get("/audit?since=hier").status_code == 200


def test_the_audit_log_is_verified_from_its_page(
    client: FlaskClient, as_role: Callable[[Role], User]
) -> None:
    as_role(Role.ADMIN)
    record("edition.opened", "edition:1")
    db.session.commit()
    assert "Chaîne vérifiée" in client.get("/audit/verification").text
    assert "<html" not in client.get("/audit/verification", headers=HTMX).text
