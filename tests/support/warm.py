"""Servers and workers that start at once: forks of a process that has imported the application already.

What a fork runs is the program itself (`python -m gunicorn …`, `python -m app.cli worker`), with its own
environment, output and process group; only importing is not done again, and passwords are hashed at Argon2's
least, as in the tests.
"""

import json
import os
import random
import runpy
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from app.cli.support.processes import Process
from config.settings import ROOT

READY = b"ready\n"


class WarmProcess(Process):
    """A `Process` that is a fork; `command` is `[python, "-m", module, …]` of this tree."""

    def __init__(self, command: list[str], log: Path, env: dict[str, str]) -> None:
        self.log = log
        self._child = Fork(_warm().fork(command[2:], log, env))  # type: ignore[assignment]


class Fork:
    """What `Process` asks of its child, for one that is not ours: its exit code is nobody's to know."""

    returncode = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid) if psutil.pid_exists(pid) else None

    def poll(self) -> int | None:
        return None if self._process is not None and self._process.is_running() else 0

    def terminate(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def wait(self, timeout: float | None = None) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(timeout)
        except psutil.TimeoutExpired as error:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0) from error


class Warm:
    """The process that forks, until this one ends."""

    def __init__(self) -> None:
        environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": "to be set by each server"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._ask(b"")

    def fork(self, arguments: list[str], log: Path, env: dict[str, str]) -> int:
        """Start `python -m …` with these arguments; returns its process id."""
        wanted = {"arguments": arguments, "log": str(log), "env": env}
        return int(self._ask(json.dumps(wanted).encode() + b"\n"))

    def _ask(self, line: bytes) -> bytes:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line)
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the process that forks servers has ended")
        return answer


@cache
def _warm() -> Warm:
    return Warm()


def main() -> None:
    """Import, then fork for each line read, until the one who asks is gone."""
    _import_everything()
    # The kernel takes care of forks that end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    for line in sys.stdin.buffer:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(wanted)
        sys.stdout.buffer.write(b"%d\n" % pid)
        sys.stdout.buffer.flush()


def _import_everything() -> None:
    import xhtml2pdf.pisa  # noqa: F401
    from argon2 import PasswordHasher

    import jobs.labels
    import jobs.slips
    import jobs.worker  # noqa: F401
    from app.accounts import passwords

    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def _become(wanted: dict[str, Any]) -> None:
    """In the fork: be the program, as if it had been started alone."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(wanted["env"])
    random.seed()
    module, *arguments = wanted["arguments"]
    sys.argv = [module, *arguments]
    code = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
