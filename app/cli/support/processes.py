"""Starting, awaiting and ending private processes: what tests, measures and simulations run beside them."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from config.settings import ROOT


def find_program(*names: str) -> str:
    """Path of the first program found, also where only root looks. Raises when none is installed."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    raise RuntimeError(f"{names[0]} is not installed; ./bourse test installs what is missing")


def free_port() -> int:
    """A TCP port nobody uses on the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 90, pause: float = 0.05) -> None:
    """Ask again until `ready()` is true; raises TimeoutError naming `what` it waited for."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(pause)


def end_in_good_order() -> None:
    """When this process is told to end, leave through every `finally`: no private server stays behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def descendants(pid: int) -> list[int]:
    """What comes from this process and still runs, as Linux tells it under /proc."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        with contextlib.suppress(OSError):
            for listing in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
                children = [int(child) for child in listing.read_text().split()]
                found += children
                waiting += children
    return found


def kill_family(pid: int) -> None:
    """End a process and all that comes from it at once."""
    for each in [pid, *descendants(pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


class Process:
    """A child in its own process group, its output kept in a file, ended with all its children."""

    def __init__(
        self, command: Sequence[str], log: Path, env: dict[str, str] | None = None, code: Path = ROOT
    ) -> None:
        """`code`: the tree whose program runs."""
        self.log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command,
                cwd=code,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float = 90) -> None:
        """Wait for readiness; a process that ends or hangs meanwhile is an error with its output's end."""

        def ready_or_dead() -> bool:
            return not self.running or ready()

        try:
            wait_until(ready_or_dead, what, seconds)
        except TimeoutError as error:
            raise RuntimeError(f"{error}\n{self.last_output()}") from error
        if not self.running:
            raise RuntimeError(f"{what}: ended with {self._child.returncode}\n{self.last_output()}")

    def last_output(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def freeze(self) -> None:
        """Stop the whole group where it stands: connections stay open, nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the process and all that comes from it at once, as a power cut would.

        A worker's job is in a group of its own, and would work on unseen.
        """
        if self.running:
            kill_family(self.pid)
        self._signal(signal.SIGKILL)
        self._child.wait()

    def stop(self, seconds: float = 20) -> None:
        """Ask the process to end, frozen or not; kill what is left of its group."""
        if self.running:
            self._child.terminate()
            self.thaw()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(seconds)
        self.kill()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, number)
