"""Keeping what a database holds, to bring it back later: for tests and simulations."""

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app.cli.support.mariadb import MariaDbServer

BringBack = Callable[[], None]
_numbers = itertools.count(1)


def keep_sqlite(url: str) -> BringBack:
    """A copy beside the file, also while a server writes to it; to bring it back, stop the server."""
    path = Path(url.removeprefix("sqlite:///"))
    backup = path.with_suffix(f".backup{next(_numbers)}")
    copy_sqlite(path, backup)
    return lambda: copy_sqlite(backup, path)


def copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as taken, closing(sqlite3.connect(target)) as given:
        taken.backup(given)


def keep_mariadb(server: MariaDbServer, url: str) -> BringBack:
    """A dump, in memory."""
    database = url.rpartition("/")[2]
    sql = server.dump(database)
    return lambda: server.load(database, sql)
