"""Migrated databases, made quickly: the migrations run once per engine, then the result is copied."""

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine

from app.cli.support.copies import copy_sqlite, keep_mariadb, keep_sqlite
from app.cli.support.mariadb import MariaDbServer
from app.core.db import db, engine_options, prepare_engine
from app.factory import create_app
from config.settings import ROOT

SECRET_KEY = "only-for-tests-only-for-tests-only-for-tests"


class Databases(Protocol):
    """One engine's way to make databases."""

    def create(self) -> str:
        """URL of a new database with every migration applied and no rows."""

    def create_empty(self) -> str:
        """URL of a new database without any table."""

    def empty(self, url: str) -> None:
        """Put a database back to its first state, also while a server uses it."""

    def back_up(self, url: str) -> Callable[[], None]:
        """Keep what a database holds now; the answer brings it back."""


class SqliteDatabases:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = itertools.count(1)

    @cached_property
    def template(self) -> Path:
        path = self._directory / "template.sqlite3"
        migrate(f"sqlite:///{path}", self._directory)
        return path

    def create(self) -> str:
        url = self.create_empty()
        shutil.copyfile(self.template, url.removeprefix("sqlite:///"))
        return url

    def create_empty(self) -> str:
        return f"sqlite:///{self._directory / f'db{next(self._numbers)}.sqlite3'}"

    def empty(self, url: str) -> None:
        copy_sqlite(self.template, Path(url.removeprefix("sqlite:///")))

    def back_up(self, url: str) -> Callable[[], None]:
        return keep_sqlite(url)


class MariaDbDatabases:
    def __init__(self, server: MariaDbServer, directory: Path) -> None:
        self._server, self._directory = server, directory
        self._numbers = itertools.count(1)

    @cached_property
    def _template(self) -> bytes:
        migrate(self._server.create("template"), self._directory)
        return self._server.dump("template")

    def create(self) -> str:
        sql, url = self._template, self.create_empty()
        self._server.load(_name(url), sql)
        return url

    def empty(self, url: str) -> None:
        # The dump begins each table with DROP TABLE.
        self._server.load(_name(url), self._template)

    def back_up(self, url: str) -> Callable[[], None]:
        return keep_mariadb(self._server, url)

    def create_empty(self) -> str:
        return self._server.create(f"db{next(self._numbers)}")


def _name(url: str) -> str:
    return url.rpartition("/")[2]


def make_app(url: str, data_dir: Path, overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application on a database, with the settings of the tests.

    Its queue is out of reach unless `REDIS_URL` is overridden: rows wait in the database, as they do when
    Redis is down. Forms need no CSRF token unless a test sets `WTF_CSRF_ENABLED` again.
    """
    settings = {
        "TESTING": True,
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": url,
        "DATA_DIR": data_dir,
        "REDIS_URL": f"unix://{data_dir / 'no-queue.sock'}",
        **(overrides or {}),
    }
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def migrate(url: str, data_dir: Path) -> None:
    """Apply every migration to a database."""
    app = make_app(url, data_dir)
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        db.engine.dispose()


@contextmanager
def moved_to(app: Flask, url: str) -> Iterator[None]:
    """Within, the application works on another database; making one for it takes ten times as long."""
    with app.app_context():
        engines = db.engines
        usual = db.engine
        moved = create_engine(url, **engine_options(url))
        prepare_engine(moved)
        engines[None] = moved
        app.config.update(DATABASE_URL=url, SQLALCHEMY_DATABASE_URI=url)
        try:
            yield
        finally:
            db.session.remove()
            moved.dispose()
            engines[None] = usual


@contextmanager
def rolled_back(app: Flask) -> Iterator[None]:
    """Within, everything the application commits is a savepoint of one transaction, undone at the end.

    All sessions of the application share one connection: no test of concurrency can be made here.
    """
    # https://docs.sqlalchemy.org/en/20/orm/session_transaction.html, "Joining a Session into an External
    # Transaction"; Flask-SQLAlchemy finds a session's bind in `db.engines`.
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    with app.app_context():
        engines = db.engines
        engine = db.engine
        with engine.connect() as connection:
            transaction = connection.begin()
            engines[None] = connection
            try:
                yield
            finally:
                db.session.remove()
                transaction.rollback()
                engines[None] = engine
