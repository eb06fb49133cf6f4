"""`./bourse test`: a missing service is named, what is left out is said, never silently skipped."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app.cli import testing
from config.debian import CannotInstall
from config.settings import ROOT


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Debian packages asked for, on a machine that has none of them and where we may not install."""
    packages: list[str] = []

    def refuse(names: list[str]) -> None:
        packages.extend(names)
        raise CannotInstall(f"Il manque sur cette machine : {' '.join(names)}.")

    monkeypatch.setattr(testing.shutil, "which", lambda program, path=None: None)
    monkeypatch.setattr(testing, "install_packages", refuse)
    return packages


def test_missing_services_are_named(wanted: list[str]) -> None:
    result = CliRunner().invoke(testing.test_command, [])
    assert result.exit_code == 1
    assert wanted == ["chromium-headless-shell", "mariadb-server", "redis-server", "poppler-utils"]
    assert "mariadb-server" in result.output


def test_a_browser_with_windows_serves_where_nothing_can_be_installed(
    wanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"chromium", "mariadbd", "redis-server", "pdftoppm"}
    monkeypatch.setattr(
        testing.shutil, "which", lambda program, path=None: program if program in there else None
    )
    testing._install_what_is_missing(set())
    assert wanted == ["chromium-headless-shell"]
    there.remove("pdftoppm")
    with pytest.raises(click.ClickException):
        testing._install_what_is_missing(set())


@pytest.mark.parametrize(
    ("arguments", "packages"),
    [
        (["--without", "mariadb,browser"], ["redis-server", "poppler-utils"]),
        (["--fast"], ["redis-server", "poppler-utils"]),
        (["--fast", "--without", "redis"], ["poppler-utils"]),
    ],
)
def test_what_is_left_out_is_not_needed(wanted: list[str], arguments: list[str], packages: list[str]) -> None:
    CliRunner().invoke(testing.test_command, arguments)
    assert wanted == packages


def test_only_known_services_can_be_left_out() -> None:
    result = CliRunner().invoke(testing.test_command, ["--without", "pdf"])
    assert result.exit_code == 2
    assert "mariadb, redis, browser" in result.output


TWO_TESTS = """
import pytest

@pytest.fixture
def redis_server():
    pass

@pytest.mark.parametrize("number", range(3))
def test_of_the_queue(redis_server, number):
    pass

def test_of_nothing():
    pass
"""


@pytest.mark.slow
def test_what_is_left_out_is_counted_once_over_two_processes(tmp_path: Path) -> None:
    (tmp_path / "test_few.py").write_text(TWO_TESTS)
    plugins = ["-p", "xdist", "-p", "tests.support.leaving_out", "-p", "no:cacheprovider", "-n", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "--rootdir", tmp_path, "--without", "redis", tmp_path],
        cwd=ROOT,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "left out: redis (3 tests)" in done.stdout
    assert "1 passed" in done.stdout.splitlines()[-1]
