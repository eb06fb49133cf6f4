"""The log: one JSON line per event with the seed's fields, followed from the browser to the job."""

import json
import uuid
from datetime import timedelta

import pytest
import structlog
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.accounts.models import Role, UserSession
from app.accounts.passwords import hash_password
from app.core.clock import utcnow
from app.core.db import db
from app.monitoring.capacity import tell_capacity
from app.monitoring.machine import MachineFigures
from app.operations.models import BackgroundJob
from app.operations.services import request_job
from app.sales.models import TillDevice
from config.logging import as_the_seed_wants
from jobs import capacity
from jobs.runner import HANDLERS, Progress, run_job
from jobs.schedule import Task, run_due_tasks
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.fixtures import sign_in
from tests.support.till import TestTill

FIELDS = ["timestamp", "level", "service", "correlation_id", "user_id", "edition_id", "action", "details"]


@pytest.fixture
def lines(capsys, app):
    capsys.readouterr()
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


@pytest.fixture
def till(app) -> TestTill:
    return TestTill(TillFactory(number=1))


def test_a_sale_has_every_field_of_the_format(client: FlaskClient, app, lines) -> None:
    items = list_on_sale(1).items
    till = TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=1))
    till.send(client, till.sale((items[0].code, 450)))
    [line] = [each for each in lines() if each["action"] == "sale.recorded"]
    assert list(line) == [name for name in FIELDS if name != "user_id"] + ["duration_ms"]
    assert (line["level"], line["service"]) == ("INFO", "caisse")
    assert line["edition_id"] == str(till.session.edition_id)
    assert line["timestamp"].endswith("Z")
    assert len(line["timestamp"]) == 24
    assert line["details"]["total_cents"] == 450
    assert isinstance(line["duration_ms"], int)


def test_the_browser_gives_the_id_when_it_is_one(client: FlaskClient) -> None:
    mine = str(uuid.uuid4())
    assert client.get("/sign-in", headers={"X-Correlation-Id": mine}).headers["X-Correlation-Id"] == mine
    other = client.get("/sign-in", headers={"X-Correlation-Id": "'; drop"}).headers["X-Correlation-Id"]
    assert str(uuid.UUID(other)) == other


def test_signing_in_and_failing_to_are_told_without_who_it_was(client: FlaskClient, app) -> None:
    user = UserFactory(role=Role.VOLUNTEER, password_hash=hash_password("Marelle-2026!"))
    with capture_logs() as lines:
        client.post("/sign-in", data={"email": user.email, "password": "not-mine"})
        client.post("/sign-in", data={"email": "nobody@example.org", "password": "not-mine"})
        client.post("/sign-in", data={"email": user.email, "password": "Marelle-2026!"})
    told = [(line["event"], line["log_level"], line.get("user_id")) for line in lines]
    assert [line for line in told if line[0].startswith("auth.")] == [
        ("auth.failed", "error", str(user.id)),
        ("auth.failed", "error", None),
        ("auth.signed_in", "info", str(user.id)),
    ]
    assert user.email not in json.dumps(lines)
    assert "not-mine" not in json.dumps(lines)


def test_troubles_of_a_till_are_told_when_they_grow(client: FlaskClient, till: TestTill) -> None:
    pings = (
        {"scan_failures": 2},
        {"scan_failures": 2, "sync_failures": 1},
        {"scan_failures": 1, "not_kept": 1},
    )
    with capture_logs() as lines:
        for health in pings:
            till.ping(client, last_seq=0, health=health)
    told = [(line["event"], line["log_level"], line["count"]) for line in lines if "count" in line]
    assert told == [
        ("scan.failed", "warning", 2),
        ("sync.retried", "warning", 1),
        ("scan.failed", "warning", 1),
        ("payment.failed", "error", 1),
    ]


@pytest.mark.parametrize(("level", "shown"), [("info", "INFO"), ("warning", "WARN"), ("error", "ERROR")])
def test_levels_are_named_as_in_the_seed(level: str, shown: str) -> None:
    line = as_the_seed_wants(
        None, level, {"event": "x.y", "level": level, "timestamp": "2026-11-26T00:52:49.115911Z"}
    )
    assert line == {
        "timestamp": "2026-11-26T00:52:49.115Z",
        "level": shown,
        "service": "api",
        "action": "x.y",
    }


def test_one_request_does_not_speak_in_the_name_of_another(client: FlaskClient) -> None:
    client.get("/sign-in")
    first = structlog.contextvars.get_contextvars()["correlation_id"]
    client.get("/sign-in")
    assert structlog.contextvars.get_contextvars()["correlation_id"] != first


def warnings_of(lines: list, event: str) -> list:
    return [line for line in lines if line["event"] == event and line["log_level"] == "warning"]


def test_a_session_near_its_end_is_told_once_when_somebody_uses_it(client: FlaskClient, app: Flask) -> None:
    sign_in(client, UserFactory(role=Role.VOLUNTEER))
    with capture_logs() as lines:
        assert client.get("/account").status_code == 200
        assert warnings_of(lines, "session.expiring") == []
        with time_machine.travel(utcnow() + timedelta(hours=7, minutes=31)):
            for _ in range(3):
                assert client.get("/account").status_code == 200
    assert len(warnings_of(lines, "session.expiring")) == 1


def test_a_till_whose_sign_in_ends_is_told_once(client: FlaskClient, till: TestTill) -> None:
    ends = utcnow() + timedelta(hours=2)
    login = UserSession(user_id=till.session.volunteer_id, token_hash="f" * 64, expires_at=ends)
    db.session.add(login)
    db.session.flush()
    db.session.query(TillDevice).filter_by(key_id=till.key_id).one().login_id = login.id
    db.session.commit()
    with capture_logs() as lines:
        for minutes in (60, 89, 91, 92, 119):
            with time_machine.travel(ends - timedelta(minutes=120 - minutes)):
                till.ping(client, last_seq=0, health={})
    assert [line["till"] for line in warnings_of(lines, "session.expiring")] == [1]


def figures(disk: float, memory: float = 10, connections: int = 0) -> MachineFigures:
    return MachineFigures(disk, memory, connections, 30)


def test_what_is_nearly_full_is_told_once_until_it_was_calm() -> None:
    told: frozenset[str] = frozenset()
    with capture_logs() as lines:
        for disk in (79.0, 80.5, 79.0, 81.0, 74.0, 85.0):
            told = tell_capacity(figures(disk), told)
        tell_capacity(figures(85.0, memory=90.0, connections=27), told)
    assert [(line["of"], line["percent"]) for line in warnings_of(lines, "capacity.high")] == [
        ("disk", 80.5),
        ("disk", 85.0),
        ("connections", 90.0),
        ("memory", 90.0),
    ]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_scheduler_remembers_what_it_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "machine_figures", lambda: figures(91.0))
    task = Task(capacity.TASK, "jobs.capacity:watch_capacity", every=timedelta(minutes=1))
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        for minutes in (0, 1, 2):
            run_due_tasks(utcnow() + timedelta(minutes=minutes), (task,))
    [line] = warnings_of(lines, "capacity.high")
    assert line["service"] == "batch"
    assert uuid.UUID(line["correlation_id"])


def break_down(job: BackgroundJob, progress: Progress) -> str:
    raise ZeroDivisionError


def break_the_database(job: BackgroundJob, progress: Progress) -> str:
    db.session.execute(text("SELECT * FROM nothing"))
    return "never"


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("handler", "error", "event"),
    [
        (break_down, ZeroDivisionError, "job.failed"),
        (break_the_database, OperationalError, "database.failed"),
    ],
)
def test_a_job_that_fails_is_told_with_its_cause(
    app: Flask, monkeypatch: pytest.MonkeyPatch, handler, error: type, event: str
) -> None:
    monkeypatch.setitem(HANDLERS, "broken", f"tests.integration.test_logging:{handler.__name__}")
    job = request_job("broken", "Un travail")
    db.session.commit()
    with capture_logs() as lines, pytest.raises(error) as raised:
        run_job(job.id)
    [line] = [line for line in lines if line["log_level"] == "error"]
    assert (line["event"], line["job"], line["exc_info"]) == (event, job.id, raised.value)
