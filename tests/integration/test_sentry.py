"""What Sentry is told: the defect and where it is, nothing of a person."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sentry_sdk
from flask import Flask
from flask.testing import FlaskClient
from rq import SimpleWorker
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

import jobs.queue
from app.accounts.models import Role, User
from app.core.clock import utcnow
from app.core.db import db
from app.operations.models import BackgroundJob
from app.operations.services import request_job
from blueprints.auth import views
from config.sentry import set_up_sentry
from config.settings import load_settings
from jobs.queue import dispatch
from jobs.runner import HANDLERS, Progress
from jobs.schedule import Task, run_due_tasks
from tests.factories import UserFactory
from tests.support.databases import SECRET_KEY
from tests.support.fixtures import sign_in
from tests.support.redis_server import RedisServer

HERE = "tests.integration.test_sentry"
EMAIL, LAST, IBAN = "zephyrine.q@example.org", "Quatremaine", "FR7630006000011234567890189"
TOKEN = "Zq3" + "a-_9" * 10
SETTINGS = {"SECRET_KEY": SECRET_KEY, "TESTING": True, "SENTRY_DSN": "https://key@sentry.example.org/1"}

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def sent(app: Flask) -> Iterator[list[dict[str, Any]]]:
    """The reports that left, as they did."""
    events: list[dict[str, Any]] = []

    class Collecting(Transport):
        def capture_envelope(self, envelope: Envelope) -> None:
            events.extend(json.loads(item.get_bytes()) for item in envelope.items if item.type == "event")

    set_up_sentry(load_settings(overrides=SETTINGS), Collecting)
    yield events
    sentry_sdk.get_global_scope().set_client(None)


def assert_nothing_personal(event: dict[str, Any], *more: str) -> None:
    text = json.dumps(event, ensure_ascii=False)
    assert [word for word in (EMAIL, LAST, IBAN, TOKEN, *more) if word in text] == []


def test_a_request_that_breaks_is_told_without_what_was_sent(
    client: FlaskClient, app: Flask, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(token: str) -> None:
        surname = LAST
        raise RuntimeError(f"nothing for {EMAIL}, {IBAN}, {token}" + surname[:0])

    monkeypatch.setattr(views, "find_password_link", break_down)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    user = UserFactory(role=Role.VOLUNTEER, email=EMAIL, last_name=LAST)
    sign_in(client, user)
    client.get("/account")
    cookie = client.get_cookie("session")
    answer = client.post(
        f"/reset-password/{TOKEN}?for={LAST}",
        data={"password": LAST, "email": EMAIL},
        headers={"Authorization": f"Bearer {TOKEN}", "Referer": f"https://example.org/{LAST}"},
    )
    assert answer.status_code == 500
    [event] = sent
    assert cookie
    assert_nothing_personal(event, cookie.value, user.session_token)
    [raised] = event["exception"]["values"]
    assert (raised["type"], raised["value"]) == ("RuntimeError", "nothing for ***, ***, ***")
    assert event["transaction"] == "auth.reset_password"
    assert event["tags"]["correlation_id"] == answer.headers["X-Correlation-Id"]
    assert (event["environment"], event["release"][:7]) == ("production", "bourse-")


def test_who_was_signed_in_is_told_by_a_number(
    client: FlaskClient, app: Flask, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blueprints.auth.account_views.open_sessions", lambda *_: 1 // 0)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    user = UserFactory(email=EMAIL, last_name=LAST)
    sign_in(client, user)
    assert client.get("/account").status_code == 500
    [event] = sent
    assert event["user"] == {"id": str(user.id)}
    assert_nothing_personal(event)


def insert_twice(job: BackgroundJob, progress: Progress) -> str:
    db.session.add(User(email=EMAIL, role=Role.DEPOSITOR, first_name="Zéphyrine", last_name=LAST))
    db.session.flush()
    return "never"


def test_a_job_that_breaks_is_told_once_without_its_rows(
    app: Flask, sent: list[dict[str, Any]], queue: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    UserFactory(email=EMAIL)
    monkeypatch.setitem(HANDLERS, "twice", f"{HERE}:insert_twice")
    job = request_job("twice", f"Un travail pour {LAST}", who=EMAIL)
    db.session.commit()
    assert dispatch(job)
    work_once()
    [event] = sent
    assert_nothing_personal(event)
    assert event["exception"]["values"][-1]["type"] == "IntegrityError"
    assert (event["transaction"], event["tags"]["service"]) == ("jobs.runner.run_job", "batch")


def work_once() -> None:
    """What a worker does, in this process, where its reports are seen."""
    waiting = jobs.queue.queue()
    SimpleWorker([waiting], connection=waiting.connection).work(burst=True, logging_level="CRITICAL")


def fail() -> None:
    raise RuntimeError(f"nobody is {EMAIL}")


def test_a_scheduled_task_that_breaks_is_told(app: Flask, sent: list[dict[str, Any]]) -> None:
    run_due_tasks(utcnow(), (Task("bad", f"{HERE}:fail", every=timedelta(minutes=1)),))
    [event] = sent
    assert event["exception"]["values"][0]["value"] == "nobody is ***"
    assert event["tags"]["service"] == "batch"


def test_nothing_is_reported_without_an_address(app: Flask) -> None:
    set_up_sentry(load_settings(overrides={**SETTINGS, "SENTRY_DSN": ""}))
    assert not sentry_sdk.get_client().is_active()
