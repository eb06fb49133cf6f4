"""The log files of days gone: packed each night, removed after ninety days (seed §5.2)."""

import gzip
import os
import re
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

from app.core.dates import to_paris
from config.log_files import is_held, take_away

KEPT_FOR = timedelta(days=90)
_DATED = re.compile(r"-(\d{4}-\d{2}-\d{2})\.(?:log|out)(?:\.gz)?$")


def rotate_logs(directory: Path, now: datetime) -> str:
    """`web.log` → `web-2026-11-20.log.gz`, on the 21st; returns what was done, in French.

    Also packs `web-2026-11-20.out` unless the process that was started that day still prints to it.
    """
    today = to_paris(now).date()
    packed = _pack_days_gone(directory, today)  # what a night that was cut short left
    for path in sorted(directory.glob("*.log")):
        if not day_of(path) and not _is_security(path):
            take_away(path, directory / f"{path.stem}-{today - timedelta(days=1)}.log")
    packed += _pack_days_gone(directory, today)
    removed = _remove_older(directory, today - KEPT_FOR)
    return f"{packed} journaux rangés, {removed} effacés"


def day_of(path: Path) -> date | None:
    """The day in a file's name; None for those being written."""
    found = _DATED.search(path.name)
    return date.fromisoformat(found[1]) if found else None


def _is_security(path: Path) -> bool:
    """Archived otherwise: no plain copy of it is kept."""
    return path.name.startswith("security")


def _pack_days_gone(directory: Path, today: date) -> int:
    packed = 0
    for path in sorted([*directory.glob("*.log"), *directory.glob("*.out")]):
        day = day_of(path)
        if day and day < today and not is_held(path) and not _is_security(path):
            _pack(path)
            packed += 1
    return packed


def _pack(path: Path) -> None:
    """Into a .gz beside, after what that one has already; whole or not at all."""
    target, part = path.with_name(f"{path.name}.gz"), path.with_name(f"{path.name}.part")
    part.touch(mode=0o600)
    part.write_bytes(target.read_bytes() if target.exists() else b"")
    with path.open("rb") as plain, part.open("ab") as file:
        with gzip.GzipFile(fileobj=file, mode="ab", filename="") as packed:
            shutil.copyfileobj(plain, packed)
        os.fsync(file.fileno())
    part.replace(target)
    path.unlink()


def _remove_older(directory: Path, oldest: date) -> int:
    old = [path for path in directory.glob("*.gz") if (day := day_of(path)) and day < oldest]
    for path in old:
        path.unlink()
    return len(old)
