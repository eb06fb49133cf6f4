"""Reading jobs and the outbox. The audit log: `audit_queries.py`."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.core.mail import MailState, OutgoingMail
from app.operations.models import BackgroundJob
from app.operations.rules import SEES_ALL_JOBS, may_see_job

JOBS_PER_PAGE, MAILS_PER_PAGE = 20, 50


@dataclass(frozen=True)
class JobPage:
    jobs: list[BackgroundJob]
    page: int
    pages: int


@dataclass(frozen=True)
class MailPage:
    """One page of messages, and how many there are in each state over the whole outbox."""

    mails: list[OutgoingMail]
    page: int
    pages: int
    counts: dict[MailState, int]


def list_jobs(user: User, page: int = 1) -> JobPage:
    """The person's jobs, or everybody's for those who see them all; newest first."""
    visible = select(BackgroundJob)
    if not user.roles & SEES_ALL_JOBS:
        visible = visible.where(BackgroundJob.requested_by_id == user.id)
    count = db.session.scalar(select(func.count()).select_from(visible.subquery())) or 0
    page, pages = page_within(page, count, JOBS_PER_PAGE)
    newest = visible.order_by(BackgroundJob.created_at.desc(), BackgroundJob.id)
    rows = newest.options(joinedload(BackgroundJob.requested_by)).limit(JOBS_PER_PAGE)
    return JobPage(list(db.session.scalars(rows.offset((page - 1) * JOBS_PER_PAGE))), page, pages)


def get_job(job_id: str, user: User) -> BackgroundJob:
    """One job this person may see; raises NotFound for any other."""
    job = db.session.get(BackgroundJob, job_id, options=[joinedload(BackgroundJob.requested_by)])
    if job is None or not may_see_job(job.requested_by_id, user.id, user.roles):
        raise NotFound("Ce travail n’existe pas, ou plus.")
    return job


def get_job_of_edition(job_id: str, kind: str, edition_id: int) -> BackgroundJob:
    """One job of this kind in this edition; raises NotFound for any other."""
    job = db.session.get(BackgroundJob, job_id)
    if job is None or job.kind != kind or job.edition_id != edition_id:
        raise NotFound("Ce travail n’existe pas, ou plus.")
    return job


def list_mails(text: str = "", state: MailState | None = None, page: int = 1) -> MailPage:
    """Messages whose recipient or subject holds the text, newest first."""
    found = select(OutgoingMail)
    if text:
        found = found.where(
            OutgoingMail.recipient.icontains(text, autoescape=True)
            | OutgoingMail.subject.icontains(text, autoescape=True)
        )
    if state is not None:
        found = found.where(OutgoingMail.state == state)
    count = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page, pages = page_within(page, count, MAILS_PER_PAGE)
    rows = found.order_by(OutgoingMail.id.desc()).limit(MAILS_PER_PAGE)
    by_state = select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state)
    return MailPage(
        list(db.session.scalars(rows.offset((page - 1) * MAILS_PER_PAGE))),
        page,
        pages,
        dict(db.session.execute(by_state).all()),
    )


def page_within(page: int, count: int, size: int) -> tuple[int, int]:
    """The page asked for, kept between the first and the last, and how many there are."""
    pages = max(1, -(-count // size))
    return min(max(page, 1), pages), pages


def last_job(kind: str, edition_id: int) -> BackgroundJob | None:
    """The job of a kind asked for last in an edition, with who asked."""
    return next(iter(recent_jobs(kind, edition_id, limit=1)), None)


def recent_jobs(kind: str, edition_id: int, limit: int = 5) -> list[BackgroundJob]:
    """The last jobs of a kind in an edition, whoever asked for them, newest first."""
    newest = (
        select(BackgroundJob)
        .options(joinedload(BackgroundJob.requested_by))
        .where(BackgroundJob.kind == kind, BackgroundJob.edition_id == edition_id)
        .order_by(BackgroundJob.created_at.desc(), BackgroundJob.id)
    )
    return list(db.session.scalars(newest.limit(limit)))
