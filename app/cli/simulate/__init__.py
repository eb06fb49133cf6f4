"""`./bourse simulate`: a whole edition played over HTTP, whose books must balance to the cent."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.cli.simulate.books import as_table
from app.cli.simulate.browser import Unexpected
from app.cli.simulate.cast import Account
from app.cli.simulate.forms import NotOnPage
from app.cli.simulate.scratch import scratch_server
from app.cli.simulate.story import Story
from app.cli.simulate.till import MAX_TILLS
from app.cli.support.processes import end_in_good_order

# One address may accept sixty invitations an hour (blueprints/auth/limits.py).
MOST_DEPOSITORS = 55


@click.command()
@click.option("--depositors", type=click.IntRange(2, MOST_DEPOSITORS), default=40, show_default=True)
@click.option("--tills", type=click.IntRange(2, MAX_TILLS), default=3, show_default=True)
@click.option("--url", help="Un serveur déjà en marche, sans serveur d'envoi ; sinon, un serveur à part.")
@click.option("--admin-email", help="Son administrateur ; mot de passe dans ADMIN_PASSWORD, ou demandé.")
@click.option("--seed", type=int, default=1, show_default=True, help="Le même nombre rejoue la même édition.")
def simulate_command(
    depositors: int, tills: int, url: str | None, admin_email: str | None, seed: int
) -> None:
    """Jouer une édition entière par HTTP, puis vérifier ses comptes au centime."""
    if bool(url) != bool(admin_email):
        raise click.UsageError("Donnez --url et --admin-email ensemble, ou aucun des deux.")
    end_in_good_order()
    start = time.monotonic()
    with _server(url, admin_email) as (base_url, administrator):
        try:
            lines = Story(base_url, administrator, depositors, seed, click.echo).play(tills)
        except (Unexpected, NotOnPage, OSError) as error:
            raise click.ClickException(f"La simulation s'arrête : {error}") from error
    click.echo("\n" + "\n".join(as_table(lines)))
    wrong = [line for line in lines if not line.balances]
    seconds = time.monotonic() - start
    if wrong:
        raise click.ClickException(f"{len(wrong)} chiffres ne tombent pas juste (en {seconds:.0f} s).")
    click.echo(f"\nLes comptes sont justes au centime ({len(lines)} chiffres, {seconds:.0f} s).")


@contextmanager
def _server(url: str | None, admin_email: str | None) -> Iterator[tuple[str, Account]]:
    """The server given, or one of our own until the end; with an administrator's account."""
    if url and admin_email:
        password = os.environ.get("ADMIN_PASSWORD") or click.prompt("Mot de passe", hide_input=True, err=True)
        yield url, Account(admin_email, password)
        return
    with (
        tempfile.TemporaryDirectory(prefix="bourse-simulate-") as directory,
        scratch_server(Path(directory)) as (base_url, administrator),
    ):
        yield base_url, administrator
