"""The database is out of reach: people are told from what lies on the disk, and it is written down later."""

import threading
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.cli.support.processes import wait_until
from app.core.clock import utcnow
from app.core.db import db
from app.monitoring.escalation import Availability, OnCallRole
from app.monitoring.models import Alert, AlertState, EventKind, OnCallContact, ServiceHour
from app.monitoring.samples import take_sample
from jobs.watch import DATABASE_RULE, PAUSE, DatabaseWatch, keep_watch
from tests.support.databases import Databases
from tests.support.server import LiveServer
from tests.support.smtp_sink import SmtpSink
from tests.support.watch import NOON

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def guarded(own_app: Flask, mail: SmtpSink) -> Flask:
    own_app.config["SMTP_URL"] = mail.url
    contact = OnCallContact(
        role=OnCallRole.TECHNICAL,
        name="Théo",
        phone="",
        email="theo@example.org",
        availability=Availability.ALWAYS,
    )
    db.session.add(contact)
    db.session.commit()
    return own_app


def test_the_database_is_stopped_for_three_minutes(
    guarded: Flask, mail: SmtpSink, clock: time_machine.Traveller
) -> None:
    def minutes(count: float) -> list[bool]:
        answers = []
        for _ in range(round(count * timedelta(minutes=1) / PAUSE)):
            clock.shift(PAUSE)
            answers.append(database.answers())
        return answers

    database = DatabaseWatch()
    assert all(minutes(1))
    file = Path(str(db.engine.url.database))
    away = file.with_suffix(".away")
    db.session.remove()
    db.engine.dispose()
    file.rename(away)
    file.mkdir()
    assert not any(minutes(0.5))
    assert mail.messages == []
    assert not any(minutes(2.5))
    [message] = mail.messages
    assert message["To"] == "theo@example.org"
    assert message["Subject"] == "CRITIQUE : base de données inaccessible"
    file.rmdir()
    away.rename(file)
    assert all(minutes(1))
    assert [str(message["Subject"]) for message in mail.messages[1:]] == ["RÉTABLI : application accessible"]
    alert = db.session.scalars(select(Alert)).one()
    assert (alert.rule, alert.state) == (DATABASE_RULE, AlertState.RESOLVED)
    assert [event.kind for event in alert.events] == [
        EventKind.OPENED,
        EventKind.NOTIFIED,
        EventKind.RESOLVED,
    ]


def test_after_a_restart_without_a_database_the_list_is_still_known(
    guarded: Flask, mail: SmtpSink, clock: time_machine.Traveller
) -> None:
    DatabaseWatch().answers()
    file = Path(str(db.engine.url.database))
    db.session.remove()
    db.engine.dispose()
    file.unlink()
    file.mkdir()
    database = DatabaseWatch()
    for _ in range(10):
        clock.shift(PAUSE)
        assert not database.answers()
    assert mail.recipients == ["theo@example.org"]


@pytest.mark.servers
def test_the_watch_sees_the_web_server_from_outside(databases: Databases, tmp_path: Path) -> None:
    server = LiveServer(databases.create(), tmp_path / "web")
    server.start()
    stop = threading.Event()
    watching = threading.Thread(target=keep_watch, args=(server.app, stop))
    try:
        with server.app.app_context():
            server.app.config["PROBE_URL"] = server.url
            watching.start()
            wait_until(lambda: _probes() > 0, "the first look")
            assert db.session.scalars(select(ServiceHour.failed_probes)).one() == 0
            # What the web server's processes counted is seen from outside them, as the scheduler sees it.
            for _ in range(3):
                urllib.request.urlopen(f"{server.url}/sign-in").close()
            assert take_sample(utcnow()).counts["requests"] >= 3
            db.session.remove()
    finally:
        stop.set()
        watching.join()
        server.close()


def _probes() -> int:
    """How often the service was looked at, as another thread sees it."""
    probes = sum(db.session.scalars(select(ServiceHour.probes)))
    db.session.rollback()  # an open transaction would hold the other thread's first look back
    return probes
