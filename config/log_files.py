"""Log files that several processes write while one takes them away, without a line lost."""

import fcntl
import os
import sys
from contextlib import suppress
from pathlib import Path


class LogFile:
    """Appends whole lines to whichever file has the name at this moment."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, line: str) -> None:
        """A line that cannot be written (disk full) goes to standard error: no sale fails for its log."""
        data = f"{line}\n".encode()
        try:
            while not self._append(data):
                pass
        except OSError as error:
            with suppress(OSError):
                print(f"{self._path}: {error}\n{line}", file=sys.stderr, flush=True)

    def _append(self, data: bytes) -> bool:
        """Whether it was written; not when the file was renamed since it was opened.

        Opened each time: a lock belongs to the opened file, which threads and forks would share.
        """
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if not _has_name(descriptor, self._path):
                return False
            os.write(descriptor, data)
            return True
        finally:
            os.close(descriptor)


def take_away(path: Path, target: Path) -> None:
    """Rename a log file; when this returns, nothing more is written to it."""
    path.rename(target)
    with target.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # waits for those who are writing


def hold(descriptor: int) -> None:
    """Mark an opened file as in use for as long as a process has it open, by inheritance too."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def is_held(path: Path) -> bool:
    """Whether a process that lives still has the file open."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _has_name(descriptor: int, path: Path) -> bool:
    opened = os.fstat(descriptor)
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    return (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)
