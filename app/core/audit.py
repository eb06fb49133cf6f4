"""The audit log: who did what, append-only and hash-chained, so that a changed line shows.

Each entry's hash covers its content and the hash before it. The database refuses UPDATE and DELETE on
the table by triggers, except to delete what an anchor covers; it takes anchors of entries older than a year
only, for good (see the migration 0005).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import BigInteger, Integer, String, Text, delete, func, select
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


class AuditAnchor(Model):
    """Entries up to here left the database for an archive; the chain goes on from this hash."""

    __tablename__ = "audit_anchor"
    up_to_seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    hash: Mapped[str] = mapped_column(CodeString(64))
    archived_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    archive: Mapped[str] = mapped_column(String(80))


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
    """Walk the chain from its first entry in the database, which an anchor precedes, to the recorded head.

    The head is read first and anchors last: entries added or archived meanwhile change nothing.
    """
    head = db.session.get_one(AuditHead, 1, populate_existing=True)
    begin, end, count = None, (head.seq, head.hash), 0
    chain = select(AuditEntry).where(AuditEntry.seq <= head.seq).order_by(AuditEntry.seq)
    for entry in db.session.scalars(chain.execution_options(yield_per=500, populate_existing=True)):
        if begin is None:
            begin = end = (entry.seq - 1, entry.previous_hash)
        count += 1
        if (entry.seq - 1, entry.previous_hash) != end or entry.hash != _hash(entry):
            return AuditCheck(count, end[0] + 1)
        end = (entry.seq, entry.hash)
    anchored = _anchor_before(end[0] if begin is None else begin[0])
    if anchored != (begin or end):
        return AuditCheck(count, anchored[0] + 1)
    if end != (head.seq, head.hash):
        return AuditCheck(count, end[0] + 1)
    return AuditCheck(count, None)


def _anchor_before(seq: int) -> tuple[int, str]:
    """Where the chain may begin at the latest, not after `seq`: at an anchor, or at its very beginning."""
    latest = select(AuditAnchor).where(AuditAnchor.up_to_seq <= seq).order_by(AuditAnchor.up_to_seq.desc())
    anchor = db.session.scalars(latest.limit(1)).one_or_none()
    return (anchor.up_to_seq, anchor.hash) if anchor else (0, GENESIS)


def entries_before(moment: datetime) -> list[AuditEntry]:
    """The oldest entries, up to the first that is not before `moment`."""
    young = select(func.min(AuditEntry.seq)).where(AuditEntry.at >= moment)
    found = select(AuditEntry).order_by(AuditEntry.seq)
    first_young = db.session.scalar(young)
    if first_young is not None:
        found = found.where(AuditEntry.seq < first_young)
    return list(db.session.scalars(found))


def let_go(last: AuditEntry, archive: str) -> None:
    """Entries up to `last` leave the database for `archive`. The database refuses this within a year."""
    db.session.add(AuditAnchor(up_to_seq=last.seq, hash=last.hash, archive=archive))
    db.session.flush()
    db.session.execute(delete(AuditEntry).where(AuditEntry.seq <= last.seq))
    record("audit.archived", f"audit:{last.seq}", archive=archive)


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
