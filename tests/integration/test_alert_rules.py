"""One test per rule of the seed (§6.2): its condition is caused, the right people are told in the right order
and at the right time, and it is over again."""

import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url

from app.accounts.models import Role, User
from app.cli.support.mariadb import MariaDbServer
from app.cli.support.proxy import Fault, FaultyProxy
from app.core.clock import utcnow
from app.core.db import db
from app.editions.models import EditionState
from app.monitoring import certificate
from app.monitoring.models import AlertState
from app.sales.models import PaymentMethod
from tests.factories import EditionFactory, TillFactory, UserFactory, list_on_sale
from tests.support.databases import Databases, make_app
from tests.support.http_sink import Answer
from tests.support.sales import sell
from tests.support.till import TestTill
from tests.support.watch import NOON, Watching

pytestmark = pytest.mark.slow

Login = Callable[[FlaskClient, User], FlaskClient]


@pytest.fixture
def till(app: Flask) -> TestTill:
    """C1 of a sale under way."""
    edition = EditionFactory(number=26, state=EditionState.SELLING, sale_starts_at=NOON - timedelta(hours=3))
    return TestTill(TillFactory(edition=edition, number=1))


def test_the_application_is_down(watching: Watching) -> None:
    watching.web.answers = [Answer(503, "{}")]
    watching.pass_minutes(2)
    assert watching.told() == []
    watching.pass_minutes(6)
    watching.pass_minutes(55, every=2.5)
    # Opened after two minutes; from there 5, 15, 30 and 60.
    assert watching.told() == [
        (7.5, "sms", "Théo"),
        (7.5, "call", "Théo"),
        (18.0, "sms", "Bea"),
        (18.0, "call", "Bea"),
        (33.0, "sms", "Max"),
        (33.0, "call", "Max"),
        (33.0, "email", "Max"),
        (63.0, "email", "Ada"),
    ]
    watching.web.answers = [Answer(200, '{"status": "ok"}')]
    watching.pass_minutes(0.5)
    assert watching.alert("alerte_systeme_down").state is AlertState.RESOLVED
    assert {(channel, name) for at, channel, name in watching.told() if at > 63} == {
        ("sms", "Théo"),
        ("sms", "Bea"),
        ("sms", "Max"),
        ("email", "Max"),
        ("email", "Ada"),
    }


def test_tills_cannot_synchronise(watching: Watching, till: TestTill, client: FlaskClient) -> None:
    def ping(failures: int, pending: int) -> None:
        facts = {"pending": pending, "oldest": 1_700_000_000_000, "last_seq": 200}
        till.ping(client, **facts, health={"sync_failures": failures})

    ping(0, 150)
    watching.pass_minutes(1)
    assert watching.open_rules() == set()
    ping(6, 150)
    watching.pass_minutes(0.5)
    assert watching.open_rules() == {"alerte_sync_bloquee"}
    assert "150 ventes" in watching.alert("alerte_sync_bloquee").message
    ping(6, 150)
    watching.pass_minutes(5)
    assert watching.told() == [(6.5, "sms", "Théo"), (6.5, "call", "Théo")]
    # Below the threshold is not enough.
    ping(6, 80)
    watching.pass_minutes(0.5)
    assert "alerte_sync_bloquee" in watching.open_rules()
    ping(6, 50)
    watching.pass_minutes(0.5)
    assert "alerte_sync_bloquee" not in watching.open_rules()


def test_a_till_is_offline_for_half_an_hour(watching: Watching, till: TestTill, client: FlaskClient) -> None:
    till.ping(client, pending=0, oldest=None, last_seq=0)
    watching.clock.shift(timedelta(minutes=29))
    watching.pass_minutes(1)
    assert watching.open_rules() == set()
    watching.pass_minutes(0.5)
    alert = watching.alert("alerte_caisse_offline_prolongee", "C1")
    assert alert.message == "MAJEUR : caisse C1 hors connexion depuis 30,5 min"
    watching.pass_minutes(5)
    watching.pass_minutes(10, every=5)
    assert watching.told() == [
        (6.5, "sms", "Théo"),
        (6.5, "email", "Théo"),
        (16.5, "sms", "Bea"),
        (16.5, "email", "Bea"),
    ]
    till.ping(client, pending=0, oldest=None, last_seq=0)
    watching.pass_minutes(0.5)
    assert alert.state is AlertState.RESOLVED
    assert watching.texts()[-1] == f"[Résolu] [P2] {alert.message}"


def test_too_many_answers_are_errors(
    watching: Watching, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: str) -> str:
        raise RuntimeError("a defect")

    monkeypatch.setitem(app.view_functions, "auth.forgot_password", fails)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for _ in range(22):
        assert client.get("/forgot-password").status_code == 500
        watching.pass_minutes(0.5)
    assert watching.open_rules() == {"alerte_taux_erreur"}
    assert "100 % des réponses" in watching.alert("alerte_taux_erreur").message
    monkeypatch.undo()
    for _ in range(12):
        assert client.get("/forgot-password").status_code == 200
        watching.pass_minutes(0.5)
    assert watching.open_rules() == set()
    assert [told[1:] for told in watching.told()] == [
        ("sms", "Théo"),
        ("email", "Théo"),
    ] * 2


@pytest.fixture
def far_database(mariadb_server: MariaDbServer) -> Iterator[FaultyProxy]:
    """The way to the database server that another application takes."""
    proxy = FaultyProxy(mariadb_server.port)
    yield proxy
    proxy.close()


@pytest.fixture
def visitor(databases: Databases, far_database: FaultyProxy, tmp_path: Path, login: Login) -> FlaskClient:
    """A manager at an application that reaches its database through `far_database`."""
    url = make_url(databases.create()).set(port=far_database.port)
    app = make_app(url.render_as_string(hide_password=False), tmp_path / "far")
    with app.app_context():
        return login(app.test_client(), UserFactory(role=Role.MANAGER))


def visit(visitor: FlaskClient) -> None:
    """Open a page that asks the database several times."""
    with visitor.application.app_context():
        assert visitor.get("/alerts").status_code == 200


@pytest.mark.parametrize("backend", ["mariadb"])
def test_answers_are_slow_for_the_database_is(
    watching: Watching, visitor: FlaskClient, far_database: FaultyProxy
) -> None:
    far_database.fault = Fault(delay_s=0.4)
    for _ in range(3):
        assert watching.open_rules() == set()
        visit(visitor)
        watching.pass_minutes(5, every=5)
    assert watching.open_rules() == {"alerte_performance"}
    alert = watching.alert("alerte_performance")
    assert alert.message.startswith("MAJEUR : réponses lentes (4")
    far_database.fault = Fault()
    visit(visitor)
    watching.pass_minutes(5, every=5)
    assert watching.told() == [(20.0, "sms", "Théo"), (20.0, "email", "Théo")]
    assert alert.state is AlertState.OPEN, "quick again, but not for long enough"
    visit(visitor)
    watching.pass_minutes(5, every=5)
    assert alert.state is AlertState.RESOLVED
    assert watching.told()[2:] == [(25.0, "sms", "Théo"), (25.0, "email", "Théo")]


def test_the_disk_fills_up(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    def filled(percent: int) -> None:
        usage = SimpleNamespace(total=100, used=percent, free=100 - percent)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)

    filled(86)
    watching.pass_minutes(5.5)
    assert watching.told() == [(5.5, "email", "Théo")]
    assert watching.texts() == ["[P3] MINEUR : disque occupé à 86 %"]
    filled(83)
    watching.pass_minutes(0.5)
    assert watching.open_rules() == {"alerte_disque"}
    filled(79)
    watching.pass_minutes(0.5)
    assert watching.texts()[-1].startswith("[Résolu]")


@pytest.fixture
def short_lived(tmp_path: Path) -> Iterator[str]:
    """An https address whose certificate ends in ten days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    shown = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=80))
        .not_valid_after(NOON + timedelta(days=10))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "certificate.pem"
    pem.write_bytes(
        shown.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=greet, args=(server, context), daemon=True).start()
        yield f"https://localhost:{server.getsockname()[1]}"


def greet(server: socket.socket, context: ssl.SSLContext) -> None:
    """Show the certificate to whoever comes, until the server is closed."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, context.wrap_socket(connection, server_side=True):
            pass


def test_the_certificate_ends_soon(watching: Watching, app: Flask, short_lived: str) -> None:
    certificate._end_of.cache_clear()
    app.config["PUBLIC_URL"] = short_lived
    watching.pass_minutes(5.5)
    assert watching.texts() == ["[P3] MINEUR : le certificat expire dans 10,0 jours"]
    app.config["PUBLIC_URL"] = "http://127.0.0.1"
    watching.pass_minutes(0.5)
    assert watching.open_rules() == set()


def test_codes_are_not_read(watching: Watching, till: TestTill, client: FlaskClient) -> None:
    def ping(failures: int) -> None:
        till.ping(client, pending=0, oldest=None, last_seq=0, health={"scan_failures": failures})

    for failures in (0, 5, 10):
        ping(failures)
        watching.pass_minutes(0.5)
    assert watching.open_rules() == set()
    # The page was opened again: it counts from 0.
    ping(1)
    watching.pass_minutes(0.5)
    assert watching.open_rules() == {"alerte_scan_echecs"}
    assert watching.alert("alerte_scan_echecs").message == "MINEUR : 11 codes non lus en 15 min"
    for _ in range(16):
        ping(1)
        watching.pass_minutes(1)
    assert watching.open_rules() == set()


def test_the_digest_of_the_day(watching: Watching, till: TestTill, monkeypatch: pytest.MonkeyPatch) -> None:
    items = list_on_sale(5, registration__edition=till.session.till.edition).items
    sell(till.session.till, items[:2], PaymentMethod.CARD, at=utcnow())
    db.session.commit()
    watching.clock.move_to(datetime(2026, 11, 21, 18, 59, 30, tzinfo=UTC))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=100, used=90, free=10))
    watching.look()
    assert watching.told() == []
    watching.pass_minutes(1)
    [message] = watching.mail.messages
    assert (message["To"], message["Subject"]) == ("max@example.org", "Bilan du jour du samedi 21 novembre")
    body = message.get_content()
    assert "Ventes : 1, 9,00 €" in body.replace("\u202f", " ").replace("\u00a0", " ")
    assert "- P3 MINEUR : disque occupé à 90 % (en cours)" in body
    watching.pass_minutes(1)
    assert len(watching.mail.messages) == 1
