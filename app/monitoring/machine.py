"""The machine and the database server, as they are now."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil
from flask import current_app
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from app.core.db import db


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """Shares in percent; connections in use and how many there may be."""

    disk_percent: float
    memory_percent: float
    connections: int
    most_connections: int

    @property
    def connections_percent(self) -> float:
        return 100 * self.connections / self.most_connections


def machine_figures() -> MachineFigures:
    """Disk of the data directory, memory, connections of the database."""
    disk = shutil.disk_usage(Path(current_app.config["DATA_DIR"]))
    used, most = _connections()
    return MachineFigures(
        disk_percent=round(100 * disk.used / (disk.used + disk.free), 1),
        memory_percent=psutil.virtual_memory().percent,
        connections=used,
        most_connections=most,
    )


def _connections() -> tuple[int, int]:
    """Of the whole server where there is one; of this process on SQLite, which has only that."""
    if db.engine.dialect.name != "sqlite":
        used = db.session.execute(text("SHOW GLOBAL STATUS LIKE 'Threads_connected'")).one()
        most = db.session.execute(text("SHOW VARIABLES LIKE 'max_connections'")).one()
        return int(used[1]), int(most[1])
    pool = db.engine.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout(), pool.size() + pool._max_overflow
