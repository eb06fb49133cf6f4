"""Handing work to RQ after the commit. The database remembers; the queue only carries ids."""

from functools import cache

import structlog
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry

from app.operations.models import BackgroundJob

log = structlog.get_logger()
QUEUE_NAME = "bourse"
MAIL_JOB = "jobs.mail.deliver_waiting"
JOB_TIMEOUT = 30 * 60


@cache
def connect(url: str) -> Redis:
    """One connection pool per process and address."""
    return Redis.from_url(url, socket_connect_timeout=2)


def queue() -> Queue:
    return Queue(QUEUE_NAME, connection=connect(current_app.config["REDIS_URL"]))


def dispatch(job: BackgroundJob) -> bool:
    """Enqueue a committed job. False when the queue is down: the job stays queued in the database, and
    the scheduler hands it over when the queue is back."""
    return _enqueue("jobs.runner.run_job", job.id, job_id=f"job-{job.id}")


def dispatch_mail() -> bool:
    """Ask for delivery of whatever mail is waiting."""
    return _enqueue(MAIL_JOB)


def _enqueue(function: str, *args: str, job_id: str | None = None) -> bool:
    try:
        queue().enqueue(
            function,
            *args,
            job_id=job_id,
            meta={"correlation_id": structlog.contextvars.get_contextvars().get("correlation_id")},
            job_timeout=JOB_TIMEOUT,
            retry=Retry(max=3, interval=[5, 30, 120]),
            result_ttl=3600,
            failure_ttl=86400,
        )
    except RedisError as error:
        log.warning("queue.unreachable", function=function, error=str(error))
        return False
    return True
