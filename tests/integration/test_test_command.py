"""`./bourse test`: a missing service is named, never silently skipped."""

import pytest
from click.testing import CliRunner

from app.cli import testing
from config.debian import CannotInstall


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
    assert wanted == ["chromium", "mariadb-server", "redis-server", "poppler-utils"]
    assert "mariadb-server" in result.output


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
