"""`./bourse screenshots`: takes the pictures of the guide and the README again, from a made-up bourse.

Sizes are always the same; dates and hours in the pictures are those of the day they are taken.
"""

import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import click
import flask_migrate
from playwright.sync_api import Error as PlaywrightError

from app.cli.demo import load_demo
from app.cli.screenshots.camera import Visitors, browser, photograph
from app.cli.screenshots.pictures import PICTURES, Picture
from app.cli.screenshots.scenes import Scene, set_scene
from app.cli.screenshots.walks import film_label
from app.cli.support.server import PrivateServer
from app.core.db import db
from config.settings import ROOT

FOLDERS = {"guide": ROOT / "docs" / "guide" / "img", "readme": ROOT / "docs" / "img"}
# A page of the guide stays light on a phone.
LARGEST_BYTES = 150_000


@click.command()
@click.argument("names", nargs=-1)
def screenshots_command(names: tuple[str, ...]) -> None:
    """Les images du guide et du README : toutes, ou celles dont le nom est donné."""
    unknown = sorted(set(names) - {picture.name for picture in PICTURES})
    if unknown:
        raise click.BadParameter(f"images inconnues : {', '.join(unknown)}.", param_hint="NAMES")
    chosen = [picture for picture in PICTURES if not names or picture.name in names]
    with _bourse() as server, browser(film_label(server.directory / "film.mjpeg")) as chromium:
        failed = list(_take_all(chosen, Visitors(chromium, server.url)))
    if failed:
        raise click.ClickException(f"Images manquées : {', '.join(failed)}.")


@contextmanager
def _bourse() -> Iterator[PrivateServer]:
    """The demonstration, its processes running, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bourse-") as folder:
        directory = Path(folder)
        server = PrivateServer(
            f"sqlite:///{directory / 'bourse.sqlite3'}", directory / "server", secrets.token_hex(32)
        )
        try:
            with server.app.app_context():
                flask_migrate.upgrade(directory=str(ROOT / "migrations"))
                click.echo("Chargement de la bourse de démonstration…")
                load_demo(small=False)
                server.start()
                server.start_workers()
                yield server
                db.session.remove()
                db.engine.dispose()
        finally:
            server.close()


def _take_all(pictures: Iterable[Picture], visitors: Visitors) -> Iterator[str]:
    """Take them scene by scene, in the order of the scenes; yields the names of those that failed."""
    wanted = {scene: list(group) for scene, group in groupby(pictures, lambda picture: picture.scene)}
    last = max(wanted, key=list(Scene).index)
    for scene in Scene:
        set_scene(scene)
        db.session.commit()
        for picture in wanted.get(scene, []):
            if not _take(picture, visitors):
                yield picture.name
        if scene is last:
            return


def _take(picture: Picture, visitors: Visitors) -> bool:
    page = visitors.page(picture.role, picture.screen)
    try:
        picture.gestures(page)
        content = photograph(page)
    except (PlaywrightError, AssertionError) as error:
        click.echo(f"{picture.name} ({page.url}) : {error}", err=True)
        return False
    finally:
        page.close()
    if len(content) > LARGEST_BYTES:
        click.echo(f"{picture.name} : {len(content)} octets, c’est trop.", err=True)
        return False
    for place in picture.places:
        FOLDERS[place].mkdir(parents=True, exist_ok=True)
        (FOLDERS[place] / f"{picture.name}.png").write_bytes(content)
    click.echo(f"{picture.name} ({len(content) // 1000} ko)")
    return True
