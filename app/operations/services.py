"""Asking for background work and telling how it goes."""

from typing import Any

from sqlalchemy import select

from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.operations.models import BackgroundJob, JobState


def request_job(
    kind: str,
    title: str,
    *,
    requested_by_id: int | None = None,
    edition_id: int | None = None,
    **params: Any,
) -> BackgroundJob:
    """Write down a piece of work; the caller commits, then hands it to `jobs.queue.dispatch`."""
    job = BackgroundJob(
        kind=kind, title=title, params=params, requested_by_id=requested_by_id, edition_id=edition_id
    )
    db.session.add(job)
    db.session.flush()
    return job


def start_job(job_id: str) -> BackgroundJob | None:
    """Claim a job for this worker; None when it is unknown or already finished (a repeated delivery)."""
    job = db.session.scalars(
        select(BackgroundJob).where(BackgroundJob.id == job_id).with_for_update()
    ).one_or_none()
    if job is None or job.state in (JobState.DONE, JobState.FAILED):
        return None
    job.state, job.started_at = JobState.RUNNING, utcnow()
    job.done_steps = 0
    return job


def finish_job(job: BackgroundJob, message: str, *, failed: bool = False) -> None:
    job.state = JobState.FAILED if failed else JobState.DONE
    job.message, job.finished_at = message[:500], utcnow()


def request_again(job: BackgroundJob, requested_by_id: int) -> BackgroundJob:
    """Ask once more for a piece of work that failed; the caller commits, then dispatches.

    Raises DomainError while the first one is still under way, or came out well.
    """
    if job.state is not JobState.FAILED:
        raise DomainError("Ce travail n’a pas échoué : il n’y a rien à relancer.")
    return request_job(
        job.kind, job.title, requested_by_id=requested_by_id, edition_id=job.edition_id, **job.params
    )
