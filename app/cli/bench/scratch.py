"""A bourse of its own for each measure: a new database, and the processes of production on it."""

import itertools
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import flask_migrate
from sqlalchemy import text

from app.cli.support.mariadb import MariaDbServer
from app.cli.support.server import PrivateServer
from app.core.db import db
from config.settings import ROOT

DATABASES = ("sqlite", "mariadb")


class Setting:
    """Where measures are made: which database engine, how many runs of each operation, and `only` which parts
    of a measure that has several (all when empty)."""

    def __init__(self, database: str, runs: int, directory: Path, only: Sequence[str] = ()) -> None:
        self.database, self.runs, self.only = database, runs, only
        self.database_version = ""
        self._directory = directory
        self._numbers = itertools.count(1)

    def __enter__(self) -> "Setting":
        return self

    def __exit__(self, *_: object) -> None:
        if "_mariadb" in self.__dict__:
            self._mariadb.stop()

    @contextmanager
    def bourse(self) -> Iterator[PrivateServer]:
        """An empty migrated database, in an application context; its processes start when asked to, after
        the data was loaded, and end with the block."""
        number = next(self._numbers)
        directory = self._directory / f"bourse{number}"
        server = PrivateServer(self._database_url(number), directory, secrets.token_hex(32))
        try:
            with server.app.app_context():
                flask_migrate.upgrade(directory=str(ROOT / "migrations"))
                self.database_version = self._ask_version()
                yield server
                db.session.remove()
                db.engine.dispose()
        finally:
            server.close()

    @cached_property
    def _mariadb(self) -> MariaDbServer:
        return MariaDbServer(self._directory / "mariadb", durable=True)

    def _database_url(self, number: int) -> str:
        if self.database == "mariadb":
            return self._mariadb.create(f"bench{number}")
        directory = self._directory / f"bourse{number}"
        directory.mkdir()
        return f"sqlite:///{directory / 'bourse.sqlite3'}"

    def _ask_version(self) -> str:
        function = "sqlite_version()" if self.database == "sqlite" else "version()"
        found = db.session.scalar(text(f"select {function}"))
        db.session.rollback()
        return str(found)
