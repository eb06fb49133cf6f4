"""`./bourse test`: the services the tests need, the static checks and the tests, in one command."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import IO

import click

from app.cli.support.chromium import WINDOWLESS, WITH_WINDOWS
from config.debian import CannotInstall, install_packages
from config.settings import ROOT

# Service → the programs of which one must be there, and the Debian package that brings it.
PROGRAMS = {
    "browser": (WINDOWLESS, "chromium-headless-shell"),
    "mariadb": (("mariadbd", "mysqld"), "mariadb-server"),
    "redis": (("redis-server",), "redis-server"),
    "pdf": (("pdftoppm",), "poppler-utils"),
}
# Package → what serves as well, only slower, where it cannot be installed.
INSTEAD = {"chromium-headless-shell": WITH_WINDOWS}
CAN_BE_LEFT_OUT = ("mariadb", "redis", "browser", "servers", "slow")
LEFT_OUT_WHEN_FAST = {"mariadb", "browser", "servers", "slow"}
# A process per core, and one more because tests also wait; each with services of its own, each takes the next
# test when it has finished one.
PROCESSES = min(len(os.sched_getaffinity(0)) + 1, 8)
IN_PARALLEL = ["-n", str(PROCESSES), "--dist", "load", "--maxschedchunk", "1"]
SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin"

# What each check gives to Python.
LINT = {
    "ruff check": ["-m", "ruff", "check", ".", "bourse"],
    "ruff format": ["-m", "ruff", "format", "--check", ".", "bourse"],
}
SLOW_CHECKS = {
    "mypy": ["-m", "mypy"],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"],
}


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--fast",
    is_flag=True,
    help="SQLite seul, sans navigateur ni serveurs ni mypy ni tests lents : une minute.",
)
@click.option("--without", default="", metavar="LISTE", help=f"Sans : {', '.join(CAN_BE_LEFT_OUT)}.")
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
def test_command(fast: bool, without: str, pytest_args: tuple[str, ...]) -> None:
    """Les vérifications et les tests. Le reste de la ligne va à pytest."""
    left_out = _parse_without(without) | (LEFT_OUT_WHEN_FAST if fast else set())
    _install_what_is_missing(left_out)
    checks = [Check(name, command) for name, command in (LINT if fast else LINT | SLOW_CHECKS).items()]
    code, summary = _run_pytest([*IN_PARALLEL, "--without", ",".join(sorted(left_out)), *pytest_args])
    failed = [check.name for check in checks if not check.passed()]
    if left_out:
        click.echo(f"Laissé de côté : {', '.join(sorted(left_out))}.")
    if failed:
        click.echo(f"Vérifications en échec : {', '.join(failed)}.")
    else:
        click.echo(f"Vérifications réussies : {', '.join(check.name for check in checks)}.")
    click.echo(summary)
    sys.exit(1 if failed or code else 0)


def _parse_without(text: str) -> set[str]:
    names = {name.strip() for name in text.split(",") if name.strip()}
    unknown = sorted(names - set(CAN_BE_LEFT_OUT))
    if unknown:
        raise click.BadParameter(
            f"« {', '.join(unknown)} » ne peut pas être laissé de côté ; choisissez parmi "
            f"{', '.join(CAN_BE_LEFT_OUT)}.",
            param_hint="--without",
        )
    return names


def _install_what_is_missing(left_out: set[str]) -> None:
    """Install the Debian packages of the services not left out; a refusal names them."""
    wanted = [PROGRAMS[service] for service in PROGRAMS if service not in left_out]
    missing = [package for programs, package in wanted if not _is_there(programs)]
    if missing:
        try:
            install_packages(missing)
        except CannotInstall as error:
            if not all(_is_there(INSTEAD.get(package, ())) for package in missing):
                raise click.ClickException(str(error)) from error
            click.echo(f"{error} Les tests prennent ce qui est là.", err=True)


def _is_there(programs: tuple[str, ...]) -> bool:
    path = f"{os.environ.get('PATH', os.defpath)}:{SYSTEM_PATH}"
    return any(shutil.which(program, path=path) for program in programs)


@dataclass
class Check:
    """A static check that runs beside the tests; its output is shown only when it fails."""

    name: str
    command: list[str]

    def __post_init__(self) -> None:
        self._output: IO[str] = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, *self.command], cwd=ROOT, stdout=self._output, stderr=subprocess.STDOUT
        )

    def passed(self) -> bool:
        """Wait for its end."""
        if self._process.wait() == 0:
            return True
        self._output.seek(0)
        click.echo(f"\n{self.name} :\n{self._output.read()}")
        return False


def _run_pytest(arguments: list[str]) -> tuple[int, str]:
    """Run the tests, showing what they print; returns the exit code and their last line, not yet shown."""
    colour = "yes" if sys.stdout.isatty() else "no"
    # Workers and servers start often: what Python compiled is kept, also where the habit is not to.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", f"--color={colour}", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    assert process.stdout
    # Told to end, pytest is told: it ends the servers it started, then so do we.
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    held_back = ""
    try:
        for line in process.stdout:
            if held_back:
                click.echo(held_back, nl=False)
            held_back = line
    except KeyboardInterrupt:
        process.wait()  # Ctrl-C reached it too; it ends the servers it started
        raise
    return process.wait(), held_back.rstrip("\n")
