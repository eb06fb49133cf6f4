"""`./bourse audit`: proving that the audit log is whole."""

import click

from app.cli.environment import application
from app.core.audit import verify
from app.core.db import read_only


@click.group()
def audit_group() -> None:
    """Le journal d'audit : vérifier."""


@audit_group.command("verify")
def verify_command() -> None:
    """Relire toute la chaîne ; échoue quand une ligne a été changée ou enlevée."""
    with application().app_context():
        read_only.set(True)  # a sale that goes on meanwhile is not held up
        check = verify()
    if check.broken_at is not None:
        raise click.ClickException(
            f"La ligne {check.broken_at} ne correspond plus à son empreinte : gardez la base telle quelle "
            "et comparez avec la dernière sauvegarde."
        )
    click.echo(f"Journal intact : {check.entries} lignes vérifiées.")
