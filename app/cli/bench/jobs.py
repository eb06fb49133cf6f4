"""A background job from the request to its end, as somebody in front of the progress bar waits for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import click
from sqlalchemy import select

from app.cli.bench.memory import PeakMemory
from app.cli.support.server import PrivateServer
from app.core.db import db, read_only
from app.core.errors import DomainError
from app.operations.models import BackgroundJob, JobState
from jobs.queue import dispatch

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 1800


@dataclass(frozen=True)
class JobRun:
    """`seconds` from the request to the end, as the database knows them; the peak of its process in bytes."""

    seconds: float
    peak_bytes: int | None
    job: BackgroundJob


def run_job(server: PrivateServer, request: Callable[[], BackgroundJob]) -> JobRun:
    """Request a job, hand it to the queue, wait for a worker to end it; DomainError when it fails."""
    with PeakMemory(server.worker_pids) as memory:
        job = request()
        db.session.commit()
        dispatch(job)
        done = _wait(server, job.id)
    if done.state is JobState.FAILED or done.finished_at is None:
        click.echo(server.worker_output(), err=True)
        raise DomainError(f"Le travail « {done.title} » a échoué : {done.message}")
    seconds = (done.finished_at - done.created_at).total_seconds()
    # Runs may take minutes on a busy machine; one that is cut short has then said how far it came.
    click.echo(f"  {done.title} : {seconds:.1f} s".replace(".", ","), err=True)
    return JobRun(seconds, memory.largest, done)


def _wait(server: PrivateServer, job_id: str) -> BackgroundJob:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        job = _look(job_id)
        if job.state in (JobState.DONE, JobState.FAILED):
            return job
        if not server.workers_running:
            raise DomainError(f"Le processus de travaux s’est arrêté.\n{server.worker_output()}")
        time.sleep(POLL_SECONDS)
    raise DomainError(f"Le travail n’est pas fini après {PATIENCE_SECONDS // 60} minutes.")


def _look(job_id: str) -> BackgroundJob:
    """The job as it is now; without the write lock, so that looking does not slow the worker down."""
    token = read_only.set(True)
    try:
        query = select(BackgroundJob).where(BackgroundJob.id == job_id)
        job = db.session.scalars(query.execution_options(populate_existing=True)).one()
        db.session.expunge(job)  # a rollback would make its next reading a transaction
        db.session.rollback()
    finally:
        read_only.reset(token)
    return job
