"""`./bourse simulate`: a whole edition played over HTTP, whose books must balance to the cent."""

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.cli.simulate.browser import Unexpected
from app.cli.simulate.cast import Account
from app.cli.simulate.chaos.run import Chaos
from app.cli.simulate.figures import as_table
from app.cli.simulate.forms import NotOnPage
from app.cli.simulate.scratch import Scratch, scratch_server
from app.cli.simulate.story import Story
from app.cli.support.processes import end_in_good_order
from app.editions.rules import MAX_TILLS

# One address may accept sixty invitations an hour (blueprints/auth/limits.py).
MOST_DEPOSITORS = 55


@click.command()
@click.option("--depositors", type=click.IntRange(2, MOST_DEPOSITORS), default=40, show_default=True)
@click.option("--tills", type=click.IntRange(2, MAX_TILLS), default=3, show_default=True)
@click.option("--url", help="Un serveur déjà en marche, sans serveur d’envoi ; sinon, un serveur à part.")
@click.option("--admin-email", help="Son administrateur ; mot de passe dans ADMIN_PASSWORD, ou demandé.")
@click.option("--database", type=click.Choice(["sqlite", "mariadb"]), help="La base du serveur à part.")
@click.option("--seed", type=int, help="Le même nombre rejoue la même édition et la même tempête.")
@click.option(
    "--chaos",
    is_flag=True,
    help="Vendre dans la tempête : réseaux, horloges, caisses, et serveur s’il est à part, tombent en panne.",
)
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Durée de la tempête (5 sinon).")
@click.option("--steps", type=click.IntRange(1), help="Ou bien le nombre de ses étapes.")
def simulate_command(
    depositors: int,
    tills: int,
    url: str | None,
    admin_email: str | None,
    database: str | None,
    seed: int | None,
    chaos: bool,
    minutes: float | None,
    steps: int | None,
) -> None:
    """Jouer une édition entière par HTTP, puis vérifier ses comptes au centime.

    Avec --chaos, la vente se passe dans une tempête : requêtes et réponses perdues, lentes ou coupées,
    horloges fausses, caisses redémarrées, articles offerts à deux caisses ; et, sur un serveur à part,
    serveur tué, gelé, redémarré, remis à une ancienne sauvegarde, base tuée (MariaDB). Ensuite chaque vente
    doit être une fois au serveur, et chaque article à un seul client. Code de sortie 1 sinon.
    """
    _check_use(url, admin_email, database, chaos, minutes, steps)
    seed = seed if seed is not None else secrets.randbelow(10**6) if chaos else 1
    end_in_good_order()
    start = time.monotonic()
    with _server(url, admin_email, database or "sqlite") as (base_url, administrator, scratch):
        storm = Chaos(scratch, seed, minutes, steps, click.echo) if chaos else None
        try:
            story = Story(
                base_url, administrator, depositors, seed, click.echo, storm.sell if storm else None
            )
            lines = story.play(tills)
        except (Unexpected, NotOnPage, OSError) as error:
            raise click.ClickException(f"La simulation s’arrête : {error}") from error
    if storm:
        lines = [*storm.lines, *lines]
    click.echo("\n" + "\n".join(as_table(lines)))
    wrong = [line for line in lines if not line.balances]
    seconds = time.monotonic() - start
    if wrong:
        raise click.ClickException(f"{len(wrong)} chiffres ne tombent pas juste (en {seconds:.0f} s).")
    click.echo(f"\nLes comptes sont justes au centime ({len(lines)} chiffres, {seconds:.0f} s).")


def _check_use(
    url: str | None,
    admin_email: str | None,
    database: str | None,
    chaos: bool,
    minutes: float | None,
    steps: int | None,
) -> None:
    if bool(url) != bool(admin_email):
        raise click.UsageError("Donnez --url et --admin-email ensemble, ou aucun des deux.")
    if url and database:
        raise click.UsageError("--database est la base d’un serveur à part : pas avec --url.")
    if (minutes or steps) and not chaos:
        raise click.UsageError("--minutes et --steps sont ceux de la tempête : ajoutez --chaos.")
    if minutes and steps:
        raise click.UsageError("Donnez --minutes ou --steps, pas les deux.")
    if chaos and url and not url.startswith("http://"):
        raise click.UsageError("--chaos abîme le réseau en chemin : il lui faut une adresse http://.")


@contextmanager
def _server(
    url: str | None, admin_email: str | None, database: str
) -> Iterator[tuple[str, Account, Scratch | None]]:
    """The server given, or one of our own until the end; with an administrator's account."""
    if url and admin_email:
        password = os.environ.get("ADMIN_PASSWORD") or click.prompt("Mot de passe", hide_input=True, err=True)
        yield url, Account(admin_email, password), None
        return
    with (
        tempfile.TemporaryDirectory(prefix="bourse-simulate-") as directory,
        scratch_server(Path(directory), database) as scratch,
    ):
        yield scratch.server.url, scratch.administrator, scratch
