"""`./bourse archive`: reading again what is kept for five years."""

from pathlib import Path

import click
import structlog
from flask import Flask

from app.cli.environment import application
from app.operations.archives import list_archives, unseal

log = structlog.get_logger()


@click.group()
def archive_group() -> None:
    """Les archives chiffrées : liste, lecture."""


@archive_group.command("list")
def list_command() -> None:
    """Nommer les archives, de la plus ancienne à la plus récente de chaque journal."""
    for path in list_archives(_directory(application())):
        click.echo(path.name)


@archive_group.command("read")
@click.argument("name")
def read_command(name: str) -> None:
    """Écrire une archive en clair, une ligne JSON par événement."""
    app = application()
    content = unseal(_directory(app) / Path(name).name, app.config["SECRET_KEY"])
    log.info("archive.read", archive=Path(name).name)
    click.echo(content.decode(), nl=False)


def _directory(app: Flask) -> Path:
    return Path(app.config["DATA_DIR"]) / "archive"
