"""What the server tells its watchdog, and what it takes from it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.db import db
from app.editions.models import EditionState
from app.monitoring.escalation import Availability, OnCallRole
from app.monitoring.models import Observer, OnCallContact, ServiceHour
from tests.factories import EditionFactory

TOKEN = "a-token-of-its-own"
NOW = datetime(2026, 11, 21, 12, 40, tzinfo=UTC)
ELEVEN, NOON = datetime(2026, 11, 21, 11, tzinfo=UTC), datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_the_sale(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(app.config, "WATCHDOG_TOKEN", TOKEN)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    with time_machine.travel(NOW, tick=False):
        yield


def hand_in(client: FlaskClient, body: Any, token: str = TOKEN) -> TestResponse:
    return client.post("/watchdog/probes", json=body, headers={"Authorization": f"Bearer {token}"})


def hour(moment: datetime = NOON, probes: int = 80, failed: int = 3) -> dict[str, Any]:
    return {"hour": moment.isoformat(), "probes": probes, "failed": failed}


def kept() -> list[tuple[Observer, datetime, int, int]]:
    db.session.expire_all()
    rows = db.session.scalars(select(ServiceHour).order_by(ServiceHour.hour, ServiceHour.observer))
    return [(row.observer, row.hour, row.probes, row.failed_probes) for row in rows]


def test_the_list_and_the_days_of_the_sale_and_nothing_else(client: FlaskClient) -> None:
    starts = datetime(2026, 11, 20, 16, tzinfo=UTC)
    EditionFactory(
        state=EditionState.SELLING,
        sale_starts_at=starts,
        sale_ends_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
    )
    db.session.add(
        OnCallContact(
            role=OnCallRole.TECHNICAL,
            name="Théo",
            phone="+33612345678",
            email="",
            availability=Availability.AROUND_SALE,
        )
    )
    db.session.commit()
    answer = client.get("/watchdog/on-call", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.json == {
        "contacts": [
            {
                "role": "technical",
                "name": "Théo",
                "phone": "+33612345678",
                "email": "",
                "availability": "around_sale",
            }
        ],
        # In France it is past midnight.
        "sale": {"first": "2026-11-20", "last": "2026-11-23"},
    }


def test_without_an_edition_there_are_no_days(client: FlaskClient) -> None:
    answer = client.get("/watchdog/on-call", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.json == {"contacts": [], "sale": None}


@pytest.mark.parametrize("configured", [TOKEN, ""])
@pytest.mark.parametrize("shown", [None, "Bearer ", "Bearer another", TOKEN[:-1]])
def test_who_does_not_show_the_token_is_refused(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch, configured: str, shown: str | None
) -> None:
    monkeypatch.setitem(app.config, "WATCHDOG_TOKEN", configured)
    headers = {"Authorization": shown} if shown else {}
    assert client.get("/watchdog/on-call", headers=headers).status_code == 403
    assert client.post("/watchdog/probes", json={"hours": [hour()]}, headers=headers).status_code == 403
    assert kept() == []


def test_hours_are_kept_and_sent_twice_count_once(client: FlaskClient) -> None:
    body = {"hours": [hour(ELEVEN, 120, 0), hour(NOON, 40, 1)]}
    for _ in range(2):
        answer = hand_in(client, body)
        assert (answer.status_code, answer.json) == (200, {"taken": 2})
    assert kept() == [(Observer.WATCHDOG, ELEVEN, 120, 0), (Observer.WATCHDOG, NOON, 40, 1)]
    hand_in(client, {"hours": [hour(NOON, 80, 3)]})
    hand_in(client, {"hours": [hour(NOON, 10, 10)]})
    assert kept()[1:] == [(Observer.WATCHDOG, NOON, 80, 3)]


def test_what_was_seen_from_inside_stays(client: FlaskClient) -> None:
    db.session.add(ServiceHour(observer=Observer.INSIDE, hour=NOON, probes=120, failed_probes=0))
    db.session.commit()
    hand_in(client, {"hours": [hour()]})
    assert kept() == [(Observer.INSIDE, NOON, 120, 0), (Observer.WATCHDOG, NOON, 80, 3)]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"hours": "all"},
        {"hours": [3]},
        {"hours": [{"hour": "noon", "probes": 1, "failed": 0}]},
        {"hours": [{"hour": NOON.isoformat(), "probes": 1}]},
        {"hours": [hour(NOON.replace(tzinfo=None))]},
        {"hours": [hour(NOON + timedelta(minutes=1))]},
        {"hours": [hour(NOON + timedelta(hours=1))]},
        {"hours": [hour(NOON - timedelta(days=31))]},
        {"hours": [hour(probes=1, failed=2)]},
        {"hours": [hour(probes=-1, failed=-1)]},
        {"hours": [hour(probes=1_000_000)]},
        {"hours": [{**hour(), "failed": True}]},
        {"hours": [hour(), hour()]},
        {"hours": [hour(ELEVEN), hour(failed=9999)]},
    ],
)
def test_what_cannot_be_is_refused_as_a_whole(client: FlaskClient, body: Any) -> None:
    answer = hand_in(client, body)
    assert answer.status_code == 422
    assert answer.json
    assert answer.json["error"]
    assert kept() == []


def test_the_last_thirty_days_are_taken(client: FlaskClient) -> None:
    old = NOON - timedelta(days=30)
    assert hand_in(client, {"hours": [hour(old)]}).status_code == 200
