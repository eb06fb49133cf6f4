"""Fixtures for services and routes: an application on each database, undone after each test."""

import gc
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import scoped_session
from werkzeug.test import TestResponse

from app.accounts import passwords
from app.accounts.models import User
from app.accounts.sessions import open_session
from app.cli.support.mariadb import MariaDbServer
from app.core.db import db
from app.extensions import limiter
from config.logging import set_up_logging
from tests import factories
from tests.support.databases import (
    Databases,
    MariaDbDatabases,
    SqliteDatabases,
    make_app,
    moved_to,
    rolled_back,
)
from tests.support.redis_server import RedisServer

ROOM_NEEDED = 2 * 1024**3


@pytest.fixture(scope="session")
def run_dir() -> Iterator[Path]:
    """Where this process keeps its databases, logs and produced files, until its last test: in memory when
    there is room, so that no commit waits for a disk."""
    memory = Path("/dev/shm")
    in_memory = memory.is_dir() and shutil.disk_usage(memory).free > ROOM_NEEDED
    with TemporaryDirectory(prefix="bourse-tests-", dir=memory if in_memory else None) as directory:
        yield Path(directory)


def pytest_collection_finish() -> None:
    """What is there before the first test stays until the last: the garbage collector need not look again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Argon2 at its least in this process; the servers that tests start have it in full."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def begin_again() -> None:
    """Factories count from the beginning in each test."""
    factories.begin_again()


@pytest.fixture(scope="session")
def mariadb_server(run_dir: Path) -> Iterator[MariaDbServer]:
    server = MariaDbServer(run_dir / "mariadb")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(run_dir: Path) -> Iterator[RedisServer]:
    server = RedisServer(run_dir / "redis")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_databases(run_dir: Path) -> SqliteDatabases:
    return SqliteDatabases(run_dir)


@pytest.fixture(scope="session")
def mariadb_databases(mariadb_server: MariaDbServer, run_dir: Path) -> MariaDbDatabases:
    return MariaDbDatabases(mariadb_server, run_dir)


@pytest.fixture(params=["sqlite", "mariadb"])
def backend(request: pytest.FixtureRequest) -> str:
    """The database engine; a test for one only says `@pytest.mark.parametrize("backend", ["sqlite"])`."""
    name: str = request.param
    return name


@pytest.fixture
def databases(backend: str, request: pytest.FixtureRequest) -> Databases:
    """Makes new migrated databases on the test's engine: for commits that others must see."""
    found: Databases = request.getfixturevalue(f"{backend}_databases")
    return found


@pytest.fixture(scope="session")
def shared_app(run_dir: Path) -> Callable[[Databases], Flask]:
    """The one application per engine: tests undo their work on it, or have it moved to their own database."""

    @cache
    def shared(databases: Databases) -> Flask:
        app = make_app(databases.create(), run_dir)
        app.test_client_class = Client
        return app

    return shared


@pytest.fixture
def app(databases: Databases, shared_app: Callable[[Databases], Flask]) -> Iterator[Flask]:
    """The application with its context pushed; whatever is committed is undone after the test."""
    app = shared_app(databases)
    with as_made(app), rolled_back(app):
        yield app


@pytest.fixture
def own_app(
    databases: Databases, shared_app: Callable[[Databases], Flask], tmp_path: Path
) -> Iterator[Flask]:
    """The application alone on a database, with real commits: for threads, workers, lock clashes."""
    app = shared_app(databases)
    with as_made(app), moved_to(app, databases.create()):
        app.config["DATA_DIR"] = tmp_path
        yield app


@contextmanager
def as_made(app: Flask) -> Iterator[None]:
    """Within, a test may change the settings of the application."""
    config = dict(app.config)
    # One limiter serves all applications of this process: a measure makes some that limit attempts.
    limiter.enabled = app.config["RATELIMIT_ENABLED"]
    # Commands that another test ran wrote theirs elsewhere.
    set_up_logging(debug=False, security_file=app.config["DATA_DIR"] / "log" / "security.log")
    yield
    app.config.clear()
    app.config.update(config)


@pytest.fixture
def db_session(app: Flask) -> scoped_session[Any]:
    """The test's own session. Requests have theirs: commit before asking, `expire_all()` before looking."""
    return db.session


@pytest.fixture
def queue(app: Flask, redis_server: RedisServer) -> RedisServer:
    """An empty Redis that the application's queue uses."""
    redis_server.client.flushall()
    app.config["REDIS_URL"] = redis_server.url
    return redis_server


class Client(FlaskClient):
    """A test client whose requests have their own application context, hence `g` and session."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def login() -> Callable[[FlaskClient, User], FlaskClient]:
    """`login(client, user)`: sign a stored person in without the form; returns the client."""
    return sign_in


def sign_in(client: FlaskClient, user: User) -> FlaskClient:
    token = open_session(user)
    db.session.commit()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=token, _fresh=True)
    return client
