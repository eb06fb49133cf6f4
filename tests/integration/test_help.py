"""The guide: complete, with links that lead somewhere, and open to everybody without the database."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app.accounts.models import Role, User
from app.monitoring.services.rules import alerts_data, runbook_place
from blueprints.help import views
from blueprints.help.guide import FOLDER, NAMES, GuidePage, anchor_of, french_spaces, read_page
from blueprints.help.views import page_kept_at_tills
from blueprints.pwa import shell as till_files
from config.settings import ROOT
from tests.factories import UserFactory

Login = Callable[[FlaskClient, User], FlaskClient]
SQLITE = pytest.mark.parametrize("backend", ["sqlite"])
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
HELP_ANCHOR = re.compile(r"{%-?\s*block help_anchor\s*-?%}(.*?){%-?\s*endblock")
TEMPLATES = sorted([*(ROOT / "blueprints").rglob("*.html"), *(ROOT / "app/templates").rglob("*.html")])
GUIDE_LIMIT = 150_000


def drawn(name: str) -> GuidePage:
    return read_page(name, str, str)


def links(file: Path) -> list[tuple[bool, str]]:
    """(is an image, target) of each link of a Markdown file that stays in the repository."""
    found = LINK.findall(file.read_text(encoding="utf-8"))
    return [(bool(mark), target) for mark, target in found if not target.startswith(("http", "mailto"))]


def leads_somewhere(file: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    if path and not (file.parent / path).exists():
        return False
    if not anchor:
        return True
    text = (file.parent / path if path else file).read_text(encoding="utf-8")
    return anchor in {anchor_of(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("file", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=str)
def test_every_link_and_image_of_the_documentation_exists(file: Path) -> None:
    assert [target for _, target in links(file) if not leads_somewhere(file, target)] == []


def test_every_picture_is_shown_and_light() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = {(page.parent / target).resolve() for page in pages for image, target in links(page) if image}
    pictures = [*FOLDER.glob("img/*"), *(ROOT / "docs/img").glob("*")]
    assert [picture.name for picture in pictures if picture.resolve() not in shown] == []
    assert [picture.name for picture in pictures if picture.stat().st_size > GUIDE_LIMIT] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_heading_is_named_once_on_its_page(name: str) -> None:
    headings = re.findall(r"^#{2,3} (.+)$", (FOLDER / f"{name}.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(drawn(name).anchors) == len(headings)


def test_every_question_mark_opens_a_part_of_the_guide() -> None:
    known = {*NAMES, *(f"{name}#{anchor}" for name in NAMES for anchor in drawn(name).anchors)}
    asked = {
        (path.name, anchor.strip())
        for path in TEMPLATES
        for anchor in HELP_ANCHOR.findall(path.read_text(encoding="utf-8"))
        if path.name != "layout.html"
    }
    assert asked
    assert sorted(each for each in asked if each[1] not in known) == []


def test_every_procedure_of_an_alert_is_in_the_guide() -> None:
    asked = {rule["runbook"] for rule in alerts_data()["rules"] if "runbook" in rule}
    assert asked
    for code in asked | alerts_data()["runbooks"].keys():
        name, _, anchor = runbook_place(code).partition("#")
        assert anchor in drawn(name).anchors, code
        assert f"Fiche {code}." in drawn(name).html, code


def test_every_page_of_the_application_has_its_help() -> None:
    """A page is a template that extends the frame; components.html is for whoever draws screens."""
    pages = [path for path in TEMPLATES if 'extends "layout.html"' in path.read_text(encoding="utf-8")]
    without = [path.name for path in pages if not HELP_ANCHOR.search(path.read_text(encoding="utf-8"))]
    assert [name for name in without if name not in ("components.html", "page.html")] == []


def test_french_spaces_do_not_break() -> None:
    assert french_spaces("« C’est prêt ! » : 20 €") == "«\u00a0C’est prêt\u00a0!\u00a0»\u00a0: 20\u00a0€"


def test_raw_html_in_the_guide_is_only_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evil.md").write_text(
        "# Titre\n\nPour qui.\n\n<script>alert(1)</script>\n\n[x](javascript:a)\n"
    )
    monkeypatch.setattr("blueprints.help.guide.FOLDER", tmp_path)
    html = drawn("evil").html
    assert "<script" not in html
    assert "href" not in html


@SQLITE
@pytest.mark.parametrize("path", ["/aide/", *(f"/aide/{name}" for name in NAMES)])
def test_a_stranger_reads_the_guide(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@SQLITE
def test_a_page_that_is_not_in_the_guide_is_not_found(client: FlaskClient) -> None:
    for path in ("/aide/conventions", "/aide/..%2Fconventions", "/aide/img/..%2F..%2Fconventions.md"):
        assert client.get(path).status_code == 404


@SQLITE
def test_the_guide_asks_nothing_of_the_database(app: Flask, client: FlaskClient, login: Login) -> None:
    login(client, UserFactory(role=Role.VOLUNTEER))
    asked: list[str] = []

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        answer = client.get("/aide/benevole")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    assert asked == []


@SQLITE
def test_what_a_till_keeps_of_the_guide_can_be_fetched(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        addresses = ["/till/guide", *page_kept_at_tills().images]
    assert len(addresses) > 1
    assert [address for address in addresses if client.get(address).status_code != 200] == []


@pytest.fixture
def picture_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The guide without one picture of the volunteers' page, in a process that has drawn nothing yet."""
    name = drawn("benevole").images[0]
    shutil.copytree(FOLDER, tmp_path / "guide", ignore=shutil.ignore_patterns(name))
    for module in ("guide", "views"):
        monkeypatch.setattr(f"blueprints.help.{module}.FOLDER", tmp_path / "guide")
    drawings = (read_page, views._fingerprint, till_files._remembered)
    for drawing in drawings:
        drawing.cache_clear()
    yield name
    for drawing in drawings:
        drawing.cache_clear()


@SQLITE
@pytest.mark.usefixtures("app")
def test_a_till_opens_when_a_picture_of_the_guide_is_gone(client: FlaskClient, picture_gone: str) -> None:
    assert client.get("/till/shell").status_code == 200
    kept = re.findall(r'"(/aide/img/[^"]+)"', client.get("/sw.js").text)
    assert len(kept) > 1
    assert [address for address in kept if client.get(address).status_code != 200] == []
    guide = client.get("/aide/benevole").text
    assert f"img/{picture_gone}" not in guide
    assert "<p>La page de connexion</p>" in guide
