"""Reading the audit log: who did what, newest first."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import User
from app.core.audit import AuditEntry
from app.core.db import db
from app.operations.audit_subjects import subject_names
from app.operations.queries import page_within

PER_PAGE = 50


@dataclass(frozen=True)
class AuditLine:
    """One entry with the name of who did it, None for the application itself or a vanished account, and of
    what it was done to, None for what has no name any more."""

    seq: int
    at: datetime
    action: str
    subject: str
    details: dict[str, Any]
    actor: str | None
    subject_name: str | None


@dataclass(frozen=True)
class AuditPage:
    lines: list[AuditLine]
    count: int
    page: int
    pages: int


def list_audit(
    action: str = "",
    person: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    page: int = 1,
) -> AuditPage:
    """Entries of an action, by somebody whose name or e-mail holds the words of `person`, from `since` to
    before `until` (UTC)."""
    found = select(AuditEntry, User.first_name, User.last_name).outerjoin(
        User, User.id == AuditEntry.actor_id
    )
    if action:
        found = found.where(AuditEntry.action == action)
    for word in person.split():
        columns = (User.first_name, User.last_name, User.email)
        found = found.where(
            columns[0].icontains(word, autoescape=True)
            | columns[1].icontains(word, autoescape=True)
            | columns[2].icontains(word, autoescape=True)
        )
    if since:
        found = found.where(AuditEntry.at >= since)
    if until:
        found = found.where(AuditEntry.at < until)
    count = db.session.scalar(found.with_only_columns(func.count()).order_by(None)) or 0
    page, pages = page_within(page, count, PER_PAGE)
    rows = db.session.execute(
        found.order_by(AuditEntry.seq.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    ).all()
    names = subject_names(entry.subject for entry, _, _ in rows)
    lines = [
        AuditLine(
            entry.seq,
            entry.at,
            entry.action,
            entry.subject,
            json.loads(entry.details),
            f"{first} {last}".strip() if first is not None else None,
            names.get(entry.subject),
        )
        for entry, first, last in rows
    ]
    return AuditPage(lines, count, page, pages)


def known_actions() -> list[str]:
    """Every action the log holds, for the filter."""
    return list(db.session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))
