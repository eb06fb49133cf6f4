"""Entries of tills kept raw because they could not be read or trusted: what a manager looks at."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.accounts.models import User
from app.core.db import db
from app.editions.models import Till
from app.sales.models import JournalEntry, Verdict

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One entry as received; `content` is its text, laid out where it is JSON. Times UTC."""

    id: int
    till: str
    received_at: datetime
    reasons: tuple[str, ...]
    content: str
    seen_at: datetime | None
    seen_by: str | None


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    rows: list[Quarantined]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def quarantined_entries(edition_id: int, page: int = 1) -> QuarantinePage:
    """Those nobody looked at first, then the newest."""
    page = max(1, page)
    rows = db.session.execute(
        select(JournalEntry, Till, User, func.count().over())
        .join(Till, Till.id == JournalEntry.till_id)
        .outerjoin(User, User.id == JournalEntry.seen_by_id)
        .where(Till.edition_id == edition_id, JournalEntry.verdict == Verdict.QUARANTINED)
        .order_by(JournalEntry.seen_at.is_not(None), JournalEntry.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    if not rows and page > 1:
        return quarantined_entries(edition_id)
    shown = [_show(entry, till, user) for entry, till, user, _ in rows]
    return QuarantinePage(shown, rows[0][-1] if rows else 0, page)


def count_quarantined(edition_id: int) -> int:
    """Entries kept raw that nobody has looked at yet."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(JournalEntry)
            .join(Till, Till.id == JournalEntry.till_id)
            .where(
                Till.edition_id == edition_id,
                JournalEntry.verdict == Verdict.QUARANTINED,
                JournalEntry.seen_at.is_(None),
            )
        )
        or 0
    )


def _show(entry: JournalEntry, till: Till, user: User | None) -> Quarantined:
    reasons = tuple(str(flag["reason"]) for flag in entry.details.get("flags", []))
    return Quarantined(
        entry.id,
        till.name,
        entry.received_at,
        reasons,
        _readable(entry.payload),
        entry.seen_at,
        user.full_name if user else None,
    )


def _readable(payload: str) -> str:
    try:
        text = json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return payload
    # JSON can say half a character, which no page can hold.
    return text.encode(errors="replace").decode()
