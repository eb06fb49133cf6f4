"""What waits to be done by itself: jobs and messages, as the database knows them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.db import db
from app.core.mail import MailState, OutgoingMail
from app.operations.models import BackgroundJob, JobState


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Counts by state; `oldest_seconds`: how long the first job in the queue has waited."""

    jobs: dict[JobState, int]
    mails: dict[MailState, int]
    oldest_seconds: float


def queue_figures(now: datetime) -> QueueFigures:
    jobs: dict[JobState, int] = dict.fromkeys(JobState, 0)
    for job_state, count in db.session.execute(
        select(BackgroundJob.state, func.count()).group_by(BackgroundJob.state)
    ):
        jobs[job_state] = count
    mails: dict[MailState, int] = dict.fromkeys(MailState, 0)
    for mail_state, count in db.session.execute(
        select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state)
    ):
        mails[mail_state] = count
    oldest = db.session.scalar(
        select(func.min(BackgroundJob.created_at)).where(BackgroundJob.state == JobState.QUEUED)
    )
    return QueueFigures(jobs, mails, (now - oldest).total_seconds() if oldest else 0)
