"""Running a background job: find its handler, follow its progress, keep its outcome."""

import time
from collections.abc import Callable
from importlib import import_module

import sentry_sdk
import structlog
from rq import get_current_job
from sqlalchemy import update

from app.core.clock import utcnow
from app.core.db import db, failure_event, in_transaction
from app.core.errors import DomainError
from app.operations.models import BackgroundJob
from app.operations.services import finish_job, start_job

log = structlog.get_logger()

# kind → "module:function"; a handler takes (job, progress) and returns the sentence shown at the end.
HANDLERS: dict[str, str] = {
    "labels": "jobs.labels:generate_labels",
    "spare_labels": "jobs.spare_labels:print_spares",
    "list_recap": "jobs.recap:send_list_recap",
    "billetweb_import": "jobs.billetweb:import_billetweb",
    "slips": "jobs.slips:make_slips",
}


class Progress:
    """Steps done of a job, written at most every half second so that the bar moves and the database rests."""

    def __init__(self, job: BackgroundJob) -> None:
        self._job_id = job.id
        self._last = utcnow()

    def __call__(self, done: int, total: int) -> None:
        """Tell how far the work is; commits on its own."""
        now = utcnow()
        if done < total and done > 0 and (now - self._last).total_seconds() < 0.5:
            return
        self._last = now
        statement = update(BackgroundJob).where(BackgroundJob.id == self._job_id)
        db.session.execute(statement.values(done_steps=done, total_steps=total))
        db.session.commit()


Handler = Callable[[BackgroundJob, Progress], str]


def run_job(job_id: str) -> None:
    """What the worker calls. A refusal of the domain ends the job with its sentence; a defect is raised
    again after it was written down, so that RQ keeps the trace."""
    job = in_transaction(lambda: start_job(job_id))
    if job is None:
        return
    structlog.contextvars.bind_contextvars(
        service="batch",
        correlation_id=_correlation_id() or job.id,
        user_id=str(job.requested_by_id) if job.requested_by_id else None,
        edition_id=str(job.edition_id) if job.edition_id else None,
        started=time.perf_counter(),
    )
    try:
        message = load_handler(job.kind)(job, Progress(job))
    except DomainError as refusal:
        db.session.rollback()
        log.warning("job.refused", job=job_id, kind=job.kind)
        _finish(job_id, refusal.message, failed=True)
    except BaseException as error:
        db.session.rollback()
        log.error(failure_event(error, "job.failed"), job=job_id, kind=job.kind, exc_info=error)
        # By itself Sentry waits until the queue gave up.
        sentry_sdk.capture_exception(error)
        _finish(job_id, "Le travail s’est arrêté sur une erreur imprévue. Relancez-le.", failed=True)
        raise
    else:
        db.session.commit()
        _finish(job_id, message)
        log.info("job.done", action=f"job.{job.kind}", job=job.id)


def _correlation_id() -> str | None:
    """That of the request that asked for the job, when the queue carried it."""
    carried = get_current_job()
    return carried.meta.get("correlation_id") if carried else None


def _finish(job_id: str, message: str, *, failed: bool = False) -> None:
    in_transaction(lambda: finish_job(db.session.get_one(BackgroundJob, job_id), message, failed=failed))


def load_handler(kind: str) -> Handler:
    """What does jobs of this kind, imported when it is needed."""
    module, _, name = HANDLERS[kind].partition(":")
    handler: Handler = getattr(import_module(module), name)
    return handler
