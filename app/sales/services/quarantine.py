"""What a manager does with an entry kept raw: looks at it, and says so."""

from sqlalchemy import select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.editions.models import Till
from app.sales.models import JournalEntry, Verdict


def mark_seen(edition_id: int, entry_id: int, by_id: int) -> None:
    """Once: who looks again changes nothing. Raises NotFound."""
    entry = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.id == entry_id, JournalEntry.verdict == Verdict.QUARANTINED)
        .where(JournalEntry.till_id.in_(select(Till.id).where(Till.edition_id == edition_id)))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if entry is None:
        raise NotFound("Cet envoi n’existe pas dans cette édition.")
    if entry.seen_at is not None:
        return
    entry.seen_at, entry.seen_by_id = utcnow(), by_id
    db.session.flush()
    audit.record("journal_entry.seen", f"journal_entry:{entry.id}", actor_id=by_id)
