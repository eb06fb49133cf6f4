"""Nothing of a person gets into the log: what the code hands to it, and the lines as they are written."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, User
from app.accounts.passwords import hash_password
from app.core.db import db
from app.core.mail import OutgoingMail
from app.deposits.models import BilletwebUpload, ItemList, Registration
from app.editions.models import Edition, EditionState
from app.operations.models import BackgroundJob
from app.operations.services import request_job
from blueprints.auth import views
from config.logging import Lines
from jobs.mail import deliver_waiting
from jobs.runner import HANDLERS, Progress, run_job
from tests.factories import SALE_DAY, TillFactory, UserFactory, list_on_sale, open_edition
from tests.support.smtp_sink import SmtpSink, smtp_sink
from tests.support.till import TestTill

EMAIL, IMPORTED, STRANGER = "zephyrine.q@example.org", "ulysse.v@example.net", "inconnue@example.com"
FIRST, LAST, PHONE = "Zéphyrine", "Quatremaine", "0698765432"
WRONG, CHOSEN, RENEWED, STAFF = "pas-la-bonne-1", "girafe-3-lampes", "Nuage-de-lait-4", "Marelle-2026!"
IBAN = "FR7630006000011234567890189"
BOOK = {"type": "livre-enfant", "price": "3", "description": "Albums", "conforms": "y", "pieces": "1"}


class Person:
    """A browser whose forms are protected; remembers what the log must not hold."""

    def __init__(self, client: FlaskClient, secrets: set[str]) -> None:
        self.client, self.secrets = client, secrets

    def get(self, address: str) -> str:
        page = self.client.get(address, follow_redirects=True)
        self.secrets.update(re.findall(r'csrf[^>]*(?:value|content)="([^"]{20,})"', page.text))
        cookie = self.client.get_cookie("session")
        self.secrets.update({cookie.value} if cookie else ())
        with self.client.session_transaction() as session:
            self.secrets.update(str(session[name]) for name in ("_user_id", "csrf_token") if name in session)
        return page.text

    def post(self, page: str, address: str | None = None, expect: int = 303, **fields: Any) -> str:
        """Send a form of `page` to `address` (itself); returns where one is sent to."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page))
        assert found, page
        answer = self.client.post(address or page, data={"csrf_token": found[1], **fields})
        assert answer.status_code == expect, (address or page, answer.text)
        self.get("/account")
        return answer.location or ""


@pytest.fixture(autouse=True)
def three_weeks_before() -> Iterator[None]:
    with time_machine.travel(SALE_DAY - timedelta(days=20)):
        yield


@pytest.fixture
def told(app: Flask) -> Iterator[list[str]]:
    """All that was handed to the log, before anything is masked, then each line as written."""
    heard: list[str] = []
    before = structlog.get_config()

    def listen(_: Any, __: str, event: Any) -> Any:
        # Texts of errors are others' words: they are masked later.
        heard.append(repr({name: value for name, value in event.items() if name != "exc_info"}))
        return event

    lines = Lines(heard.append, heard.append)
    structlog.configure(processors=[listen, *before["processors"]], logger_factory=lambda *_: lines)
    yield heard
    structlog.configure(**before)


@pytest.fixture
def sink(app: Flask) -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        app.config["SMTP_URL"] = server.url
        yield server


def link(sink: SmtpSink, kind: str, secrets: set[str]) -> str:
    """The address in the last message of its kind; its token is a secret."""
    deliver_waiting()
    bodies = "\n".join(message.get_content() for message in sink.messages)
    address = re.findall(rf"/{kind}/\S+", bodies)[-1]
    secrets.add(address.rpartition("/")[2])
    return address


def insert_twice(job: BackgroundJob, progress: Progress) -> str:
    db.session.add(User(email=EMAIL, role=Role.DEPOSITOR, first_name=FIRST, last_name=LAST, phone=PHONE))
    db.session.flush()
    return "never"


def refuse_everybody(sink: SmtpSink) -> None:
    for address in (EMAIL, IMPORTED):
        sink.refusals[address] = f"550 5.1.1 <{address}>: Recipient address rejected"
    deliver_waiting()
    sink.refusals.clear()


def invite_and_activate(staff: Person, depositor: Person, edition: Edition, sink: SmtpSink) -> None:
    names = {"email": EMAIL, "first_name": FIRST, "last_name": LAST, "phone": PHONE}
    staff.post(f"/editions/{edition.id}/invitations/new", **names, kind="standard", slot="0")
    address = link(sink, "activation", staff.secrets)
    depositor.post(address, expect=422, password=LAST, again=LAST, consent="y")
    depositor.post(address, password=CHOSEN, again=CHOSEN, consent="y")


def import_people(staff: Person, edition: Edition) -> None:
    row = (
        f"Jeudi 17h-21h;Standard – 2 listes;{LAST};{FIRST};{IMPORTED};Oui;Oui\n;;{LAST};;pas-une-adresse;;\n"
    )
    content = f"Séance;Tarif;Nom;Prénom;Email;Payé;Valide\n{row}".encode()
    preview = staff.post(f"/editions/{edition.id}/import", file=(io.BytesIO(content), f"{LAST}.csv"))
    staff.post(preview, preview.replace("/preview", "/start"))
    run_job(db.session.scalars(select(BilletwebUpload.job_id)).one())


def declare(depositor: Person) -> None:
    owner = select(User.id).where(User.email == EMAIL).scalar_subquery()
    lists = select(ItemList).join(ItemList.registration).where(Registration.user_id == owner)
    item_list = db.session.scalars(lists).first()
    assert item_list
    page = f"/editions/{item_list.edition_id}/lists/{item_list.id}"
    depositor.post(f"{page}/items/new", f"{page}/items", **BOOK)
    depositor.post(f"{page}/validation", version="2026-1", terms="y")
    for job in db.session.scalars(select(BackgroundJob.id).where(BackgroundJob.kind == "list_recap")).all():
        run_job(job)


def forget_password(person: Person, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in (EMAIL, STRANGER):
        person.post("/forgot-password", expect=200, email=address)
    address = link(sink, "reset-password", person.secrets)
    with monkeypatch.context() as broken:
        broken.setattr(views, "find_password_link", lambda token: 1 // 0)
        person.client.application.config["PROPAGATE_EXCEPTIONS"] = False
        assert person.client.get(address).status_code == 500
    person.post(address, password=RENEWED, again=RENEWED)
    assert person.client.get(address).status_code == 410


def pay(staff: Person, client: FlaskClient) -> None:
    items = list_on_sale(2, registration__user__last_name=LAST).items
    edition = items[0].item_list.registration.edition
    till = TestTill(TillFactory(edition=edition, number=1))
    staff.secrets.add(till.secret.hex())
    sale = till.sale((items[0].code, 450))
    till.send(client, sale, till.void(sale, items[0].code, refund=450), till.sale((items[1].code, 450)))
    till.ping(client, last_seq=0, health={"scan_failures": 2})
    edition.state = EditionState.SETTLING
    db.session.commit()
    payouts = f"/editions/{edition.id}/treasury/payouts"
    one = f"{payouts}/{items[0].item_list.registration_id}"
    staff.post(payouts, f"{payouts}/computation")
    reason = {
        "adjust-reason": f"Virement à {FIRST} {LAST} sur {IBAN}",
        "adjust-amount": "1",
        "adjust-direction": "moins",
    }
    staff.post(one, f"{one}/adjustments", **reason)
    staff.post(payouts, f"{payouts}/computation")
    staff.post(payouts, f"{payouts}/approval", all="1")
    staff.post(one, f"{one}/payment", **{"pay-method": "cash"})


@pytest.mark.slow
def test_no_line_holds_anything_of_a_person(
    client: FlaskClient,
    app: Flask,
    told: list[str],
    sink: SmtpSink,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secrets: set[str] = set()
    edition = open_edition()
    UserFactory(email="chef@example.org", role=Role.ADMIN, password_hash=hash_password(STAFF), last_name=LAST)
    db.session.commit()
    app.config["WTF_CSRF_ENABLED"] = True
    staff, depositor = Person(client, secrets), Person(app.test_client(), secrets)

    for address, password in (("chef@example.org", WRONG), (STRANGER, WRONG)):
        staff.post("/sign-in", expect=422, email=address, password=password)
    staff.post("/sign-in", email="chef@example.org", password=STAFF)
    assert staff.client.post("/sign-out").status_code == 400
    invite_and_activate(staff, depositor, edition, sink)
    import_people(staff, edition)
    staff.get(f"/editions/{edition.id}/registrations?q={LAST}")
    declare(depositor)
    depositor.post(
        "/account", "/account/password", expect=422, current=WRONG, password=RENEWED, again=RENEWED
    )
    assert depositor.client.get("/audit").status_code == 403
    depositor.post("/account", "/sign-out")
    forget_password(depositor, sink, monkeypatch)
    refuse_everybody(sink)
    pay(staff, client)
    monkeypatch.setitem(HANDLERS, "broken", f"{__name__}:insert_twice")
    job = request_job("broken", f"Un travail pour {FIRST}", who=EMAIL)
    db.session.commit()
    with pytest.raises(Exception, match="user"):
        run_job(job.id)

    text = "\n".join([*told, caplog.text])
    for event in (
        "auth.failed",
        "mail.failed",
        "job.done",
        "sale.recorded",
        "database.failed",
        "http.failed",
    ):
        assert event in text, f"nothing was tried: {event}"
    persons = {EMAIL, IMPORTED, STRANGER, "chef@example.org", FIRST, LAST, PHONE, PHONE[1:], IBAN}
    passwords = {WRONG, CHOSEN, RENEWED, STAFF}
    assert len(secrets) > 8
    leaked = {
        word: line for word in persons | passwords | secrets for line in text.splitlines() if word in line
    }
    assert leaked == {}
    assert db.session.scalar(select(OutgoingMail.error).where(OutgoingMail.error.isnot(None))) is not None
