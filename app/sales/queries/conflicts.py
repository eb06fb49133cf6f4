"""Reading what a person must look at: items paid twice, entries kept raw."""

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.editions.models import Till
from app.sales.models import JournalEntry, Sale, SaleLine, SyncConflict, Verdict


def open_conflicts(edition_id: int) -> list[SyncConflict]:
    """Items paid twice whose second buyer has not been refunded yet, oldest first."""
    return list(
        db.session.scalars(
            select(SyncConflict)
            .where(SyncConflict.edition_id == edition_id, SyncConflict.resolved_at.is_(None))
            .order_by(SyncConflict.detected_at)
        )
    )


def conflicts_of_till(till_id: int) -> list[str]:
    """Codes of items that a sale of this till lost or won over another till's, still to be settled."""
    winner, loser = aliased(SaleLine), aliased(SaleLine)
    winning, losing = aliased(Sale), aliased(Sale)
    return list(
        db.session.scalars(
            select(loser.code)
            .select_from(SyncConflict)
            .join(loser, loser.id == SyncConflict.loser_line_id)
            .join(losing, losing.id == loser.sale_id)
            .join(winner, winner.id == SyncConflict.winner_line_id)
            .join(winning, winning.id == winner.sale_id)
            .where(SyncConflict.resolved_at.is_(None))
            .where((losing.till_id == till_id) | (winning.till_id == till_id))
            .order_by(loser.code)
        )
    )


def count_quarantined(edition_id: int) -> int:
    """Journal entries kept raw because they could not be read or trusted."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(JournalEntry)
            .join(Till, Till.id == JournalEntry.till_id)
            .where(Till.edition_id == edition_id, JournalEntry.verdict == Verdict.QUARANTINED)
        )
        or 0
    )
