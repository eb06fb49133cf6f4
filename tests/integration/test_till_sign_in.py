"""Signing in on the till's page: the same rules as the sign-in page, answered in JSON."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role, User
from app.accounts.passwords import hash_password
from app.core.db import db
from tests.factories import UserFactory

PASSWORD = "une caisse bien tenue"


@pytest.fixture
def person(app: Flask) -> Callable[[Role], User]:
    return lambda role: UserFactory(role=role, password_hash=hash_password(PASSWORD))


def test_the_team_signs_in_and_depositors_do_not(client: FlaskClient, person: Callable) -> None:
    volunteer, depositor = person(Role.VOLUNTEER), person(Role.DEPOSITOR)
    db.session.commit()
    assert client.get("/till/csrf").json["csrf"]
    refused = client.post("/till/sign-in", data={"email": depositor.email, "password": PASSWORD})
    assert refused.status_code == 422
    assert "équipe" in refused.json["error"]
    assert client.get("/till/").status_code == 302
    signed = client.post("/till/sign-in", data={"email": volunteer.email, "password": PASSWORD})
    assert (signed.status_code, signed.json["name"]) == (200, volunteer.full_name)
    assert client.get("/till/").status_code == 200


def test_failures_count_at_both_doors(client: FlaskClient, person: Callable) -> None:
    volunteer = person(Role.VOLUNTEER)
    db.session.commit()
    for address in ("/till/sign-in", "/sign-in") * 3:
        wrong = client.post(address, data={"email": volunteer.email, "password": "non"})
        assert wrong.status_code == 422
    locked = client.post("/till/sign-in", data={"email": volunteer.email, "password": PASSWORD})
    assert locked.status_code == 422
    assert "ne sont pas les bons" in locked.json["error"]
