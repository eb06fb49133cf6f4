"""The audit log: who did what, append-only and hash-chained, so that a changed line shows.

Each entry's hash covers its content and the hash before it. The database refuses UPDATE and DELETE on
the table by triggers (see the first migration).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import BigInteger, Integer, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, db

log = structlog.get_logger()
GENESIS = "0" * 64


class AuditEntry(Model):
    __tablename__ = "audit_entry"
    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    details: Mapped[str] = mapped_column(Text, default="{}")
    previous_hash: Mapped[str] = mapped_column(CodeString(64))
    hash: Mapped[str] = mapped_column(CodeString(64), unique=True)


class AuditHead(Model):
    """The end of the chain: one row, locked while an entry is added."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), default=0)
    hash: Mapped[str] = mapped_column(CodeString(64), default=GENESIS)


def record(action: str, subject: str, *, actor_id: int | None = None, **details: Any) -> AuditEntry:
    """Add one line in the caller's transaction, and tell the log (which also knows of what is rolled back).

    `action` is a verb in English (`edition.opened`), `subject` names the row (`edition:3`). `details`
    hold ids, amounts in cents and reasons, never secrets or personal data. Reasons were typed by people:
    they stay out of the log.
    """
    head = db.session.get_one(AuditHead, 1, with_for_update=True, populate_existing=True)
    entry = AuditEntry(
        seq=head.seq + 1,
        at=utcnow(),
        actor_id=actor_id,
        action=action,
        subject=subject,
        details=json.dumps(details, sort_keys=True, ensure_ascii=False, default=str),
        previous_hash=head.hash,
    )
    entry.hash = _hash(entry)
    head.seq, head.hash = entry.seq, entry.hash
    db.session.add(entry)
    db.session.flush()
    actor = {} if actor_id is None else {"user_id": str(actor_id)}
    log.info(action, subject=subject, audit=entry.seq, **actor)
    return entry


@dataclass(frozen=True)
class AuditCheck:
    """Outcome of walking the chain: entries seen, and the first seq where it breaks, if any."""

    entries: int
    broken_at: int | None


def verify() -> AuditCheck:
    """Walk the whole chain from its first entry to the recorded head.

    The head is read first: entries added meanwhile come after it.
    """
    head = db.session.get_one(AuditHead, 1, populate_existing=True)
    previous, count = GENESIS, 0
    chain = select(AuditEntry).where(AuditEntry.seq <= head.seq).order_by(AuditEntry.seq)
    for entry in db.session.scalars(chain.execution_options(yield_per=500, populate_existing=True)):
        count += 1
        if entry.seq != count or entry.previous_hash != previous or entry.hash != _hash(entry):
            return AuditCheck(count, count)
        previous = entry.hash
    if (head.seq, head.hash) != (count, previous):
        return AuditCheck(count, count + 1)
    return AuditCheck(count, None)


def _hash(entry: AuditEntry) -> str:
    content = "\n".join(
        (
            str(entry.seq),
            entry.at.isoformat(timespec="microseconds"),
            str(entry.actor_id),
            entry.action,
            entry.subject,
            entry.details,
            entry.previous_hash,
        )
    )
    return hashlib.sha256(content.encode()).hexdigest()
