"""Fixtures for journeys in a real browser against the real server."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from app.accounts.models import User
from app.accounts.sessions import open_session
from app.cli.support.chromium import CHROMIUM, FLAGS
from app.cli.support.processes import find_program
from app.core.db import db
from tests.support.databases import SqliteDatabases
from tests.support.server import LiveServer

DESKTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PICTURES = Path(__file__).resolve().parents[2] / "var" / "failed-tests"
FAILED = pytest.StashKey[bool]()
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
AXE_RUN = """() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"],
})"""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # A slow machine is no defect of the page.
    expect.set_options(timeout=20_000)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=find_program(*CHROMIUM), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def web_server(sqlite_databases: SqliteDatabases, run_dir: Path) -> Iterator[LiveServer]:
    """One server for the whole run; tests ask for `live_server`."""
    server = LiveServer(sqlite_databases.create(), run_dir / "web")
    server.start()
    yield server
    server.close()


@pytest.fixture
def live_server(web_server: LiveServer, sqlite_databases: SqliteDatabases) -> Iterator[LiveServer]:
    """The server, running, on an empty database."""
    sqlite_databases.empty(web_server.database_url)
    yield web_server
    web_server.thaw()
    web_server.start()


@pytest.fixture
def live_app(live_server: LiveServer) -> Iterator[Flask]:
    """An application on the server's database, its context pushed: what is committed, the server sees."""
    with live_server.app.app_context():
        yield live_server.app
        db.session.remove()


@pytest.fixture
def live_worker(live_server: LiveServer) -> LiveServer:
    """The server with a worker beside it: labels, slips, imports and mail are really made."""
    live_server.start_worker()
    return live_server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed, so that its pages are photographed before they close."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def new_context(
    browser: Browser, live_server: LiveServer, request: pytest.FixtureRequest
) -> Iterator[Callable[..., BrowserContext]]:
    """`new_context(**PHONE)`: a browser that was never here before; addresses are relative to the server.

    The test fails at its end when one of its pages had a script error or broke the content policy.
    """
    contexts: list[BrowserContext] = []
    defects: list[str] = []

    def make(**options: Any) -> BrowserContext:
        # Movement is drawn sixty times a second, for nobody here.
        still = {"reduced_motion": "reduce", "locale": "fr-FR"}
        wanted = {**DESKTOP, **still, "base_url": live_server.url, **options}
        context = browser.new_context(**wanted, timezone_id="Europe/Paris")
        context.set_default_timeout(20_000)
        context.on("weberror", lambda event: defects.append(str(event.error)))
        context.on("console", lambda message: _note_policy_breach(message.text, defects))
        contexts.append(context)
        return context

    yield make
    if request.node.stash.get(FAILED, False):
        _photograph(request.node.name, contexts)
    for context in contexts:
        context.close()
    assert not defects, "\n".join(defects)


def _photograph(test: str, contexts: list[BrowserContext]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(page for context in contexts for page in context.pages):
        page.screenshot(path=PICTURES / f"{test[:80]}-{number}.png")


def _note_policy_breach(text: str, defects: list[str]) -> None:
    if "Content Security Policy" in text:
        defects.append(text)


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A laptop's page, 1366 × 768."""
    return new_context(**DESKTOP).new_page()


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    """A phone's page, 390 × 844."""
    return new_context(**PHONE).new_page()


@pytest.fixture
def browser_login(live_app: Flask) -> Callable[[BrowserContext, User], None]:
    """`browser_login(page.context, user)`: sign a stored person in without the form."""

    def sign_in(context: BrowserContext, user: User) -> None:
        cookie = {"_user_id": open_session(user), "_fresh": True, "_permanent": True}
        db.session.commit()
        serializer = SecureCookieSessionInterface().get_signing_serializer(live_app)
        assert serializer
        value = serializer.dumps(cookie)
        context.add_cookies([{"name": "session", "value": str(value), "url": live_app.config["PUBLIC_URL"]}])

    return sign_in


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: fails with what axe-core finds against WCAG 2.1 AA on the page as it stands."""
    return assert_accessible


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its screen: a phone's innerWidth grows with the page."""
    size = page.viewport_size
    assert size
    return int(page.evaluate("() => document.documentElement.scrollWidth")) - size["width"]


def assert_accessible(page: Page) -> None:
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(AXE_RUN)["violations"]
    lines = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n    {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]
    assert not lines, f"{page.url} is not accessible:\n" + "\n".join(lines)
