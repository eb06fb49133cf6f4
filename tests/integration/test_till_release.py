"""A till whose device never comes back: given up with a reason, then counted and closed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.core.audit import AuditEntry
from app.core.db import db
from app.sales.models import JournalEntry, Sale
from app.sales.queries import open_session_of
from app.sales.services.sessions import Count, close_session
from tests.factories import EditionFactory, TillFactory, UserFactory, list_on_sale
from tests.support.till import TestTill

COUNT = {"card": "0", "cheque": "0", "empty": "y"}


@pytest.fixture
def till(app: Flask) -> TestTill:
    items = list_on_sale(2).items
    return TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=4), 0)


def test_a_dead_device_is_given_up_and_its_session_closed(
    client: FlaskClient, till: TestTill, login: Callable
) -> None:
    kept = till.sale((list_on_sale(1).items[0].code, 450))
    till.ping(client, pending=1, oldest=1_700_000_000_000, last_seq=1)
    release, closure = f"/till/{till.till_id}/device/release", f"/till/{till.till_id}/closure"
    login(client, till.session.volunteer)
    blocked = client.post(closure, data=COUNT)
    assert (blocked.status_code, release in blocked.text) == (422, False)
    assert client.post(release, data={"reason": "cassée"}).status_code == 403
    login(client, UserFactory(role=Role.MANAGER))
    blocked = client.post(closure, data=COUNT)
    assert (blocked.status_code, release in blocked.text) == (422, True)
    assert "Une vente que lui seul connaît" in client.get(release).text
    assert client.post(release, data={"reason": " "}).status_code == 422
    assert client.post(release, data={"reason": "Tablette tombée"}).status_code == 303
    [line] = db.session.query(AuditEntry).filter_by(action="till_device.given_up").all()
    details = json.loads(line.details)
    assert (details["reason"], details["pending"]) == ("Tablette tombée", 1)
    assert client.post(closure, data=COUNT).status_code == 303
    assert open_session_of(till.till_id) is None
    # It comes back after all: its money is a fact.
    till.send(client, kept)
    assert db.session.query(Sale).count() == 1
    flags = {flag["code"] for flag in db.session.query(JournalEntry).one().details["flags"]}
    assert "revoked_device" in flags


def test_a_till_that_is_silent_is_not_closed_on_its_last_word(
    client: FlaskClient, till: TestTill, login: Callable
) -> None:
    release, closure = f"/till/{till.till_id}/device/release", f"/till/{till.till_id}/closure"
    noon = datetime(2026, 11, 21, 11, 2, tzinfo=UTC)
    with time_machine.travel(noon, tick=False) as clock:
        till.ping(client)
        clock.shift(timedelta(minutes=2, seconds=1))
        login(client, till.session.volunteer)
        refused = client.post(closure, data=COUNT)
        assert (refused.status_code, release in refused.text) == (422, False)
        for words in ("C4", "samedi 21 novembre à 12\u00a0h\u00a002", "Remettez-la sur le réseau"):
            assert words in refused.text
        login(client, UserFactory(role=Role.MANAGER))
        assert release in client.get(closure).text
        assert "il garde des ventes, elles manqueront au compte" in client.get(release).text
        till.ping(client)
        assert release not in client.get(closure).text
        clock.shift(timedelta(minutes=1))
        assert client.post(closure, data=COUNT).status_code == 303


def test_a_till_that_was_never_heard_is_not_closed_until_it_is_given_up(
    client: FlaskClient, till: TestTill, login: Callable
) -> None:
    till.row.last_seen_at = None
    db.session.commit()
    release, closure = f"/till/{till.till_id}/device/release", f"/till/{till.till_id}/closure"
    login(client, UserFactory(role=Role.MANAGER))
    refused = client.post(closure, data=COUNT)
    assert refused.status_code == 422
    assert "pas donné de nouvelles jusqu’ici" in refused.text
    assert client.post(release, data={"reason": "Tablette volée"}).status_code == 303
    assert client.post(closure, data=COUNT).status_code == 303


def test_practice_is_closed_whether_its_till_is_heard_or_not(app: Flask) -> None:
    till = TestTill(TillFactory(edition=EditionFactory(), number=99, training=True), 0)
    till.row.last_seen_at = None
    close_session(till.session, Count({}, 0, 0), "", till.session.volunteer_id)
    assert open_session_of(till.till_id) is None
