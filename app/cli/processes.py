"""Child processes of one command: started in order, restarted when they die, stopped together."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
import structlog

from app.core.clock import utcnow
from app.core.dates import to_paris
from config.log_files import hold

log = structlog.get_logger()
GRACE_SECONDS = 10
# A child that keeps dying is started again after 1, 2, 4 … seconds, never more than this.
LONGEST_PAUSE = 30


@dataclass
class Child:
    """A command and, once started, its process."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    not_before: float = field(default=0.0)


class Supervisor:
    """Keeps children alive until the person presses Ctrl-C (or the terminal or system ends us).

    In the log directory each writes its events to NAME.log by itself; what else it prints, above all why it
    crashed, goes to NAME-DAY.out, by the day it was started.
    """

    def __init__(self, log_dir: Path, environ: Mapping[str, str]) -> None:
        self._log_dir = log_dir
        self._environ = dict(environ)
        self._children: list[Child] = []
        self._stopping = False
        log_dir.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def start(self, name: str, *command: str) -> None:
        child = Child(name, command)
        self._children.append(child)
        self._spawn(child)

    def watch(self) -> None:
        """Until asked to stop: start again what died."""
        while not self._stopping:
            for child in self._children:
                self._revive(child)
            time.sleep(0.3)

    @property
    def stopping(self) -> bool:
        return self._stopping

    def stop(self) -> None:
        """Ask all children to end, newest first; kill those that do not within the grace time."""
        self._stopping = True
        running = [c.process for c in reversed(self._children) if c.process and c.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def output_of(self, name: str) -> Path:
        """Where what a child prints goes, when it is started today."""
        return self._log_dir / f"{name}-{to_paris(utcnow()):%Y-%m-%d}.out"

    def _spawn(self, child: Child) -> None:
        with self.output_of(child.name).open("ab") as output:
            hold(output.fileno())
            # Its own session: Ctrl-C reaches us alone, and we end the children in order.
            child.process = subprocess.Popen(
                child.command,
                env={**self._environ, "LOG_NAME": child.name},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _revive(self, child: Child) -> None:
        assert child.process is not None
        if child.process.poll() is None or time.monotonic() < child.not_before:
            return
        child.failures += 1
        child.not_before = time.monotonic() + min(2**child.failures, LONGEST_PAUSE)
        click.echo(f"{child.name} s’est arrêté (code {child.process.returncode}) : redémarrage.", err=True)
        self._spawn(child)

    def _ask_to_stop(self, *_: object) -> None:
        self._stopping = True
