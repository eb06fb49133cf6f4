"""The test harness itself: tests share a database and leave nothing behind."""

from collections.abc import Callable

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import User
from app.core.audit import AuditEntry, record
from app.core.db import db
from tests.factories import UserFactory
from tests.support.databases import Databases
from tests.support.redis_server import RedisServer


def entries() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_one_test_commits_the_next_does_not_see(app: Flask, turn: str) -> None:
    assert entries() == 0
    record("test.turn", turn)
    db.session.commit()
    db.session.remove()
    assert entries() == 1


def test_a_rollback_goes_back_to_the_last_commit(app: Flask) -> None:
    record("test.kept", "x")
    db.session.commit()
    record("test.lost", "x")
    db.session.rollback()
    assert entries() == 1


def test_the_databases_are_the_ones_asked_for(app: Flask, backend: str) -> None:
    assert db.session.connection().dialect.name == {"sqlite": "sqlite", "mariadb": "mysql"}[backend]


def test_a_database_of_its_own_commits_for_others(own_app: Flask, databases: Databases) -> None:
    record("test.committed", "x")
    db.session.commit()
    with db.engine.connect() as other:
        assert other.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_each_request_has_its_own_g(client: FlaskClient, app: Flask) -> None:
    g.left_over = True
    client.get("/healthz")
    seen = []
    app.before_request_funcs.setdefault(None, []).append(lambda: seen.append(hasattr(g, "left_over")))
    client.get("/healthz")
    app.before_request_funcs[None].pop()
    assert seen == [False]


def test_redis_answers_and_is_empty(queue: RedisServer, app: Flask) -> None:
    assert app.config["REDIS_URL"] == queue.url
    assert queue.client.dbsize() == 0
    queue.client.set("left", "over")


def test_a_person_is_signed_in_without_the_form(
    client: FlaskClient, login: Callable[[FlaskClient, User], FlaskClient]
) -> None:
    assert client.get("/account", follow_redirects=True).request.path == "/sign-in"
    login(client, UserFactory())
    assert client.get("/account", follow_redirects=True).request.path.startswith("/account")
