"""A server of the simulation's own: web and worker on an empty database, with one administrator."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import flask_migrate

from app.accounts.models import Role
from app.accounts.services import create_user
from app.cli.simulate.cast import PASSWORD, Account
from app.cli.support.server import PrivateServer
from app.core.db import db
from config.settings import ROOT

ADMIN_EMAIL = "agnes.montlaur@demo.example.org"


@contextmanager
def scratch_server(directory: Path) -> Iterator[tuple[str, Account]]:
    """Address and administrator of a server that ends with the block; when that fails, its log is shown."""
    server = PrivateServer(
        f"sqlite:///{directory / 'bourse.sqlite3'}", directory, secret_key=secrets.token_hex(32)
    )
    try:
        with server.app.app_context():
            flask_migrate.upgrade(directory=str(ROOT / "migrations"))
            create_user(ADMIN_EMAIL, Role.ADMIN, "Agnès", "Montlaur", password=PASSWORD)
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        server.start()
        server.start_workers()
        yield server.url, Account(ADMIN_EMAIL, PASSWORD)
    except click.ClickException:
        click.echo(server.web_output(), err=True)
        raise
    finally:
        server.close()
