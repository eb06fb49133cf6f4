"""gunicorn: one process of eight threads on SQLite, more processes on a database server."""

import gc
import os
import shutil
from pathlib import Path
from typing import Any

from config.settings import ROOT

# What the processes count of their requests, for whoever asks any of them. Prometheus' library looks at the
# variable when it is imported: counting in files or not is settled then.
COUNTS = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve() / "metrics"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(COUNTS)

from prometheus_client import multiprocess  # noqa: E402 - after the variable it looks at

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
threads = 8
workers = int(
    os.environ.get("WEB_PROCESSES", "2" if os.environ.get("DATABASE_URL", "").startswith("mysql") else "1")
)
timeout = 60
graceful_timeout = 10
keepalive = 15
preload_app = False
accesslog = None
control_socket_disable = True


def on_starting(server: object) -> None:
    """Counting begins again with the server."""
    shutil.rmtree(COUNTS, ignore_errors=True)
    COUNTS.mkdir(parents=True)


def post_worker_init(worker: object) -> None:
    """The application is loaded for good: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


def child_exit(server: object, worker: Any) -> None:
    """What a process that died had counted stays counted."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
