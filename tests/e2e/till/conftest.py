"""The real server on each database, the network between, browsers that die: what faults are made on."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright

from app.cli.support.processes import find_program
from app.cli.support.proxy import FaultyProxy
from config.settings import ROOT
from tests.support.browser import CHROMIUM, DESKTOP, FLAGS
from tests.support.databases import Databases, MariaDbDatabases
from tests.support.server import LiveServer


@pytest.fixture(scope="session")
def mariadb_web_server(mariadb_databases: MariaDbDatabases, run_dir: Path) -> Iterator[LiveServer]:
    server = LiveServer(mariadb_databases.create(), run_dir / "web-mariadb")
    server.start()
    yield server
    server.close()


@pytest.fixture
def live_server(backend: str, databases: Databases, request: pytest.FixtureRequest) -> Iterator[LiveServer]:
    """The server, running, on an empty database of the test's engine."""
    name = {"sqlite": "web_server", "mariadb": "mariadb_web_server"}[backend]
    server: LiveServer = request.getfixturevalue(name)
    databases.empty(server.database_url)
    yield server
    server.thaw()
    if server.code != ROOT:
        server.stop()
        server.code = ROOT
    server.start()


@pytest.fixture
def proxy(live_server: LiveServer) -> Iterator[FaultyProxy]:
    """The network between a till and the server."""
    proxy = FaultyProxy(live_server.port)
    yield proxy
    proxy.close()


@pytest.fixture
def profile(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path
) -> Iterator[Callable[[], BrowserContext]]:
    """`profile()`: start the browser of this till; again after it died, with the same disk."""
    running: list[BrowserContext] = []

    def start() -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=find_program(*CHROMIUM),
            args=FLAGS,
            base_url=live_server.url,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            **DESKTOP,
        )
        context.set_default_timeout(15_000)
        running.append(context)
        return context

    yield start
    for context in running:
        context.close()


def kill_browser(profile_dir: Path) -> None:
    """SIGKILL every process of the browser that works in this directory."""
    subprocess.run(["pkill", "-KILL", "-f", str(profile_dir)], check=False)


@pytest.fixture
def new_version(live_server: LiveServer, tmp_path: Path) -> Callable[[], Path]:
    """`new_version()`: a copy of the program whose till differs; the server runs it when started again."""

    def copy() -> Path:
        tree = tmp_path / "new-version"
        # With what Python compiled: it is found valid, since the copy keeps the files' times.
        ignored = shutil.ignore_patterns(".git", ".venv", "var", "tests", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, tree, ignore=ignored)
        with (tree / "static" / "js" / "till" / "money.js").open("a") as file:
            file.write("// another version\n")
        live_server.code = tree
        return tree

    return copy
