"""The audit log stays a year in the database (seed §5.2), then five in sealed archives."""

import json
from datetime import datetime, time, timedelta
from pathlib import Path

from app.core.audit import AuditEntry, entries_before, let_go, verify
from app.core.dates import from_paris, to_paris
from app.core.db import db, in_transaction
from app.core.errors import DomainError
from app.operations.archives import seal

KEPT_FOR = timedelta(days=365)


def archive_old_entries(archive_dir: Path, server_key: str, now: datetime) -> str:
    """Move whole days of more than a year ago to an archive; says so in French. Commits.

    Raises DomainError when the chain is broken: nothing is moved, for it is then evidence.
    """
    check = verify()
    if check.broken_at is not None:
        raise DomainError(
            f"La ligne {check.broken_at} du journal d’audit ne correspond plus à son empreinte."
        )
    day = to_paris(now).date() - KEPT_FOR
    entries = entries_before(from_paris(datetime.combine(day, time.min)))
    db.session.rollback()
    if not entries:
        return f"{check.entries} lignes vérifiées"
    last = entries[-1]
    content = "".join(f"{json.dumps(_as_dict(entry), ensure_ascii=False)}\n" for entry in entries)
    path = seal(archive_dir, f"audit-{to_paris(last.at):%Y-%m-%d}", content.encode(), server_key)
    in_transaction(lambda: let_go(last, path.name))
    return f"{check.entries} lignes vérifiées, {len(entries)} archivées"


def _as_dict(entry: AuditEntry) -> dict[str, object]:
    """All that its hash covers, and the hash."""
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }
