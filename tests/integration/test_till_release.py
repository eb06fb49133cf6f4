"""A till whose device never comes back: given up with a reason, then counted and closed."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.core.audit import AuditEntry
from app.core.db import db
from app.sales.models import JournalEntry, Sale
from app.sales.queries import open_session_of
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.till import TestTill


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
    count = {"card": "0", "cheque": "0", "empty": "y"}
    login(client, till.session.volunteer)
    blocked = client.post(closure, data=count)
    assert (blocked.status_code, release in blocked.text) == (422, False)
    assert client.post(release, data={"reason": "cassée"}).status_code == 403
    login(client, UserFactory(role=Role.MANAGER))
    blocked = client.post(closure, data=count)
    assert (blocked.status_code, release in blocked.text) == (422, True)
    assert "Une vente que lui seul connaît" in client.get(release).text
    assert client.post(release, data={"reason": " "}).status_code == 422
    assert client.post(release, data={"reason": "Tablette tombée"}).status_code == 303
    [line] = db.session.query(AuditEntry).filter_by(action="till_device.given_up").all()
    details = json.loads(line.details)
    assert (details["reason"], details["pending"]) == ("Tablette tombée", 1)
    assert client.post(closure, data=count).status_code == 303
    assert open_session_of(till.till_id) is None
    # It comes back after all: its money is a fact.
    till.send(client, kept)
    assert db.session.query(Sale).count() == 1
    flags = {flag["code"] for flag in db.session.query(JournalEntry).one().details["flags"]}
    assert "revoked_device" in flags
