"""The log: one JSON line per event with the seed's fields, followed from the browser to the job."""

import json
import uuid

import pytest
import structlog
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app.accounts.models import Role
from app.accounts.passwords import hash_password
from config.logging import as_the_seed_wants
from tests.factories import TillFactory, UserFactory, list_on_sale
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
