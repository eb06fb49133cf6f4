"""A server of the simulation's own: web and worker on an empty database, with one administrator."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import flask_migrate

from app.accounts.models import Role
from app.accounts.services import create_user
from app.cli.simulate.cast import PASSWORD, Account
from app.cli.support.copies import BringBack, keep_mariadb, keep_sqlite
from app.cli.support.mariadb import MariaDbServer
from app.cli.support.server import PrivateServer
from app.core.db import db
from config.settings import ROOT

ADMIN_EMAIL = "agnes.montlaur@demo.example.org"


@dataclass(frozen=True)
class Scratch:
    """`mariadb`: the database server, when it is one."""

    server: PrivateServer
    administrator: Account
    mariadb: MariaDbServer | None

    def keep(self) -> BringBack:
        """Keep what the database holds now."""
        url = self.server.database_url
        return keep_mariadb(self.mariadb, url) if self.mariadb else keep_sqlite(url)


@contextmanager
def scratch_server(directory: Path, database: str) -> Iterator[Scratch]:
    """A server on `sqlite` or `mariadb` that ends with the block; when that fails, its log is shown."""
    mariadb = MariaDbServer(directory / "mariadb", durable=True) if database == "mariadb" else None
    url = mariadb.create("bourse") if mariadb else f"sqlite:///{directory / 'bourse.sqlite3'}"
    server = PrivateServer(url, directory, secret_key=secrets.token_hex(32))
    try:
        with server.app.app_context():
            flask_migrate.upgrade(directory=str(ROOT / "migrations"))
            create_user(ADMIN_EMAIL, Role.ADMIN, "Agnès", "Montlaur", password=PASSWORD)
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        server.start()
        server.start_workers()
        yield Scratch(server, Account(ADMIN_EMAIL, PASSWORD), mariadb)
    except click.ClickException:
        click.echo(server.web_output(), err=True)
        raise
    finally:
        server.close()
        if mariadb:
            mariadb.stop()
