"""`./bourse db`: the schema of the configured database."""

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from app.cli.environment import application, default_data_dir, prepare_environment
from app.core.db import db
from app.factory import create_app


@click.group()
def db_group() -> None:
    """La base : mise à jour, état."""


@db_group.command("upgrade")
def upgrade_command() -> None:
    """Amener la base au schéma de cette version."""
    app = application()
    click.echo(f"Base à jour : {_state(app)[0]}.")


@db_group.command("status")
def status_command() -> None:
    """Dire où en est la base ; échoue quand elle n'est pas à jour."""
    prepare_environment(default_data_dir())
    app = create_app()
    current, head = _state(app)
    click.echo(f"Base : {app.config['SQLALCHEMY_DATABASE_URI'].partition(':')[0]}")
    click.echo(f"Schéma : {current or 'vide'} (cette version attend : {head})")
    if current != head:
        raise click.ClickException("La base n’est pas à jour : lancez ./bourse db upgrade.")


def _state(app: Flask) -> tuple[str | None, str | None]:
    """The revision of the database and the one this version wants."""
    with app.app_context():
        current = MigrationContext.configure(db.session.connection()).get_current_revision()
        db.session.rollback()
        directory = app.extensions["migrate"].directory
        return current, ScriptDirectory(directory).get_current_head()
