"""Volunteers take turns at one drawer."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role, UserSession
from app.core.db import db
from app.sales.models import TillShift
from tests.factories import EditionFactory, TillFactory, UserFactory
from tests.support.till import TestTill


@pytest.fixture
def till(app: Flask) -> TestTill:
    return TestTill(TillFactory(edition=EditionFactory(), number=4))


def test_the_next_volunteer_takes_the_drawer(client: FlaskClient, till: TestTill, login: Callable) -> None:
    paul = UserFactory(role=Role.VOLUNTEER, first_name="Paul", last_name="Lenoir")
    login(client, paul)
    closure = f"/till/{till.till_id}/closure"
    assert client.get(closure).status_code == 403
    taken = client.post(f"/till/{till.till_id}/shift", json={"key_id": till.key_id})
    assert taken.status_code == 200
    assert (taken.json["session"]["by"], taken.json["session"]["volunteer"]) == (paul.id, "Paul Lenoir")
    again = client.post(f"/till/{till.till_id}/shift", json={"key_id": till.key_id})
    assert again.status_code == 200
    assert db.session.query(TillShift).count() == 1
    db.session.expire_all()
    assert db.session.get_one(UserSession, till.row.login_id).user_id == paul.id
    assert till.ping(client)["session"]["by"] == paul.id
    assert client.get(closure).status_code == 200


def test_a_turn_is_taken_on_the_device_of_the_session(
    client: FlaskClient, till: TestTill, login: Callable
) -> None:
    login(client, UserFactory(role=Role.VOLUNTEER))
    json_please = {"Accept": "application/json"}
    other = TestTill(TillFactory(edition=EditionFactory(), number=5))
    for key_id, status in ((other.key_id, 404), (None, 404)):
        answer = client.post(f"/till/{till.till_id}/shift", json={"key_id": key_id}, headers=json_please)
        assert answer.status_code == status
    till.row.revoked_at = till.session.opened_at
    db.session.commit()
    answer = client.post(f"/till/{till.till_id}/shift", json={"key_id": till.key_id}, headers=json_please)
    assert answer.status_code == 409
    assert db.session.query(TillShift).count() == 0
