"""Putting the queue right with the database, which is what counts."""

from functools import partial

import structlog
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from sqlalchemy import select

from app.core.db import db, in_transaction
from app.core.mail import MailState, OutgoingMail
from app.operations.recovery import end_interrupted, unfinished_jobs
from jobs.queue import dispatch, dispatch_mail, queue

log = structlog.get_logger()
_IN_HAND = {JobStatus.QUEUED, JobStatus.STARTED, JobStatus.SCHEDULED, JobStatus.DEFERRED}


def hand_over_stranded_jobs() -> str:
    """Enqueue again what the queue does not know, end what it gave up; returns what was done.

    Raises redis.exceptions.RedisError when the queue does not answer.
    """
    again = ended = 0
    jobs = unfinished_jobs()
    db.session.rollback()
    for job in jobs:
        status = _status(job.id)
        if status in _IN_HAND:
            continue
        if status is JobStatus.FAILED:
            in_transaction(partial(end_interrupted, job.id))
            ended += 1
        elif dispatch(job):
            again += 1
    return f"{again} relancés, {ended} interrompus" if again or ended else ""


def deliver_waiting_mail() -> str:
    """Ask for delivery when something waits."""
    waiting = db.session.scalar(
        select(OutgoingMail.id).where(OutgoingMail.state == MailState.QUEUED).limit(1)
    )
    db.session.rollback()
    if waiting is not None and not dispatch_mail():
        raise RedisError("queue unreachable")
    return ""


def _status(job_id: str) -> JobStatus | None:
    """What the queue says of a job; None when it does not know it."""
    try:
        return Job.fetch(f"job-{job_id}", connection=queue().connection).get_status(refresh=False)
    except NoSuchJobError:
        return None
