"""The process that does the long work: RQ's worker, with the application around each job."""

import gc
import os
import socket
import time
from contextlib import suppress
from importlib import import_module

import structlog
from flask import Flask, current_app
from rq import Worker
from rq.registry import StartedJobRegistry
from rq.worker import BaseWorker
from sqlalchemy.orm import configure_mappers

from app.core.db import db
from app.documents.fonts import register_fonts
from jobs.queue import MAIL_JOB, QUEUE_NAME, connect, queue
from jobs.runner import HANDLERS, load_handler

log = structlog.get_logger()
# Seconds: a dead worker is noticed soon, and its job taken up again.
WORKER_TTL, MAINTENANCE_INTERVAL, MONITORING_INTERVAL = 30, 15, 5


def load_for_jobs() -> None:
    """Once for the process, what its jobs need: each runs in a fork, which has it then.

    Nor does a fork's garbage collector look at it again: looking writes to each object, and memory that is
    written to is not shared any more.
    """
    for kind in HANDLERS:
        load_handler(kind)
    import_module(MAIL_JOB.rpartition(".")[0])
    register_fonts()
    configure_mappers()
    gc.collect()
    gc.freeze()


def run_worker(app: Flask, *, burst: bool = False) -> None:
    """Work until told to stop (SIGTERM or SIGINT end the job at hand first); `burst` until nothing is left.

    Raises redis.exceptions.ConnectionError when the queue cannot be reached at the start.
    """
    structlog.contextvars.bind_contextvars(service="batch")
    with app.app_context():
        connection = connect(current_app.config["REDIS_URL"])
        forget_abandoned_jobs()
        worker = Worker(
            [QUEUE_NAME],
            connection=connection,
            worker_ttl=WORKER_TTL,
            maintenance_interval=MAINTENANCE_INTERVAL,
            job_monitoring_interval=MONITORING_INTERVAL,
        )
        # Each job runs in a fork, which must open connections of its own.
        db.session.remove()
        db.engine.dispose()
        worker.work(burst=burst, with_scheduler=True, logging_level="WARNING")


def forget_abandoned_jobs() -> None:
    """Let jobs whose worker was killed start again at once instead of after minutes.

    Does nothing while another worker lives: the jobs that are under way may be its own.
    """
    if any(_lives(worker) for worker in Worker.all(connection=queue().connection)):
        return
    StartedJobRegistry(queue=queue()).cleanup(timestamp=time.time() + 86_400)


def _lives(worker: BaseWorker) -> bool:
    """Whether a registered worker is still there; one killed on this machine stays registered a while."""
    if worker.hostname != socket.gethostname() or not worker.pid:
        return True
    with suppress(ProcessLookupError):
        os.kill(worker.pid, 0)
        return True
    return False
