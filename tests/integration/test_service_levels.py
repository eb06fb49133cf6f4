"""The page of the service levels, and its file."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role, User
from app.core.db import db
from app.editions.models import Edition
from app.monitoring.models import Observer, ServiceHour
from app.monitoring.service_levels import Standing
from app.monitoring.service_report import service_report
from app.operations.models import BackgroundJob, JobState
from tests.factories import EditionFactory, TillFactory, UserFactory
from tests.support.queries import counted_queries
from tests.support.till import TestTill

Login = Callable[[FlaskClient, User], FlaskClient]
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 20, 23, tzinfo=UTC)


@pytest.fixture
def edition(app: Flask) -> Edition:
    """Its sale begins on that Saturday; it was made a month before."""
    return EditionFactory(number=26, created_at=NOW - timedelta(days=30))


@pytest.fixture(autouse=True)
def at_noon() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def measure(hours: int, observer: Observer = Observer.INSIDE, failed: int = 0, count: int = 100) -> None:
    """An hour after midnight: a hundred requests, 98 within two seconds."""
    durations = {"0.1": count // 2, "2.0": count - 2, "3.0": count, "+Inf": count} if count else {}
    db.session.add(
        ServiceHour(
            observer=observer,
            hour=MIDNIGHT + timedelta(hours=hours),
            probes=120,
            failed_probes=failed,
            requests=count,
            durations=durations,
        )
    )


def finished(edition: Edition, kind: str, seconds: int, **result: int) -> None:
    db.session.add(
        BackgroundJob(
            kind=kind,
            title=kind,
            edition_id=edition.id,
            state=JobState.DONE,
            started_at=NOW,
            finished_at=NOW + timedelta(seconds=seconds),
            result=result,
        )
    )


def open_page(client: FlaskClient, edition: Edition) -> str:
    answer = client.get(f"/editions/{edition.id}/service-levels")
    assert answer.status_code == 200
    return answer.text.replace("\u00a0", " ")


def test_before_any_measure_the_page_says_how_to_begin(
    client: FlaskClient, login: Login, edition: Edition
) -> None:
    login(client, UserFactory(role=Role.MANAGER))
    page = open_page(client, edition)
    assert "Rien n’est encore mesuré" in page
    assert "pas encore mesuré" in page
    assert "aucune caisse ne l’a encore dit" in page


def test_three_minutes_of_outage_are_in_the_budget(
    client: FlaskClient, login: Login, edition: Edition
) -> None:
    for hour in range(12):
        measure(hour)
    measure(5, Observer.WATCHDOG, failed=6, count=0)
    db.session.commit()
    login(client, UserFactory(role=Role.ADMIN))
    page = open_page(client, edition)
    # Two days of sale: 14.4 minutes are allowed.
    assert "11,4 min" in page
    assert "3 min d’arrêt" in page
    assert "sur 14,4 min permis" in page
    assert "99,58 %" in page
    assert "dont 1 h de l’extérieur" in page
    assert "98 % des requêtes ont eu leur réponse en 2 secondes" in page


def test_times_are_those_of_tills_and_jobs(client: FlaskClient, edition: Edition) -> None:
    quick, slow = (TestTill(TillFactory(edition=edition, number=n)) for n in (1, 2))
    scan = {"n": 40, "p50": 10, "p95": 1600, "max": 90}
    quick.ping(client, last_seq=0, health={"scan_ms": {**scan, "p95": 20}, "payment_ms": None})
    slow.ping(client, last_seq=0, health={"scan_ms": scan, "payment_ms": {"n": "many", "p95": 3}})
    finished(edition, "labels", 20, labels=6000)
    finished(edition, "billetweb_import", 31, created=400, known=100)
    db.session.commit()
    told = {kept.promise.label: kept for kept in service_report(edition, NOW).promises}
    scanned = told["Article scanné, affiché à la caisse"]
    assert (scanned.seconds, scanned.standing) == (1.6, Standing.SHORT)
    assert scanned.of == "80 lectures, la plus lente : C2"
    assert told["Encaissement confirmé à la caisse"].standing is Standing.UNKNOWN
    assert told["Étiquettes, par 300 articles"].seconds == 1
    assert told["Import Billetweb, par 500 lignes"].standing is Standing.SHORT


def test_the_hours_as_a_file(client: FlaskClient, login: Login, edition: Edition) -> None:
    measure(0)
    measure(0, Observer.WATCHDOG, failed=6, count=0)
    db.session.commit()
    login(client, UserFactory(role=Role.MANAGER))
    answer = client.get(f"/editions/{edition.id}/service-levels/export")
    assert answer.mimetype == "text/csv"
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Heure;Période;Vue de;Essais")
    assert lines[1:] == [
        "21/11/2026 00:00;Pendant la bourse;dedans;120;0;100,00;100;1881;98,00",
        "21/11/2026 00:00;Pendant la bourse;dehors;120;6;95,00;0;;",
    ]
    assert client.get(f"/editions/{edition.id}/service-levels/export?format=xlsx").data[:2] == b"PK"


def test_the_page_asks_as_many_queries_whatever_was_measured(
    client: FlaskClient, login: Login, edition: Edition
) -> None:
    login(client, UserFactory(role=Role.MANAGER))
    measure(0)
    db.session.commit()
    with counted_queries() as few:
        open_page(client, edition)
    for hour in range(1, 36):
        measure(hour)
        finished(edition, "labels", 3, labels=12)
    db.session.commit()
    with counted_queries() as many:
        open_page(client, edition)
    assert len(many) == len(few)
