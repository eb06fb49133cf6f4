"""Jobs that the queue lost: handed over again, or ended when trying again cannot help."""

from sqlalchemy import or_, select

from app.core.clock import utcnow
from app.core.db import db
from app.operations.models import BackgroundJob, JobState
from app.operations.rules import STRANDED_AFTER
from app.operations.services import finish_job

INTERRUPTED = (
    "Le travail s’est interrompu plusieurs fois. Relancez-le ; si cela se répète, prévenez l’équipe."
)


def unfinished_jobs() -> list[BackgroundJob]:
    """Jobs asked for more than a minute ago and not finished: under way, waiting, or lost."""
    before = utcnow() - STRANDED_AFTER
    return list(
        db.session.scalars(
            select(BackgroundJob)
            .where(
                or_(
                    (BackgroundJob.state == JobState.QUEUED) & (BackgroundJob.created_at < before),
                    (BackgroundJob.state == JobState.RUNNING) & (BackgroundJob.started_at < before),
                )
            )
            .order_by(BackgroundJob.created_at)
        )
    )


def end_interrupted(job_id: str) -> None:
    """Write down that a job ended without saying how, unless it did meanwhile."""
    job = db.session.scalars(
        select(BackgroundJob).where(BackgroundJob.id == job_id).with_for_update()
    ).one_or_none()
    if job is not None and job.state in (JobState.QUEUED, JobState.RUNNING):
        finish_job(job, INTERRUPTED, failed=True)
