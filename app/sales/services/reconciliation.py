"""Comparing a till's journal with ours, at any time and after a restore (3-till.md, 9 and 10)."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import structlog
from sqlalchemy import func, select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.sales.models import JournalEntry, ServerEpoch, TillDevice, Verdict
from app.sales.reconciliation_rules import JournalSummary, summarise
from app.sales.services.facts import DeviceKey

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`missing`: hashes the till named that are not here, in its order: it sends those entries again."""

    agrees: bool
    server: JournalSummary
    missing: tuple[str, ...]


def compare_journal(
    device: DeviceKey, said: JournalSummary, gaps: Sequence[int], hashes: Sequence[str] | None
) -> Comparison:
    """Compare and remember the result. `gaps`: numbers missing in the till's own journal, which never happens
    to a device that kept its storage, unless another device of the till used them meanwhile; `hashes`: all
    its entries, when it wants to know which are missing."""
    ours = summary_of(device.device_id)
    gaps = _without_others_numbers(device, gaps)
    agrees = ours == said and not gaps
    row = db.session.get_one(TillDevice, device.device_id)
    row.reconciled_at = utcnow()
    row.reconciliation = {"agrees": agrees, "till": asdict(said), "server": asdict(ours), "gaps": gaps}
    db.session.flush()
    tell = log.info if agrees else log.error
    tell(
        "sync.compared",
        till=device.till_number,
        agrees=agrees,
        ours=ours.count,
        said=said.count,
        gaps=len(gaps),
    )
    missing = () if hashes is None else _missing(device.device_id, hashes)
    return Comparison(agrees, ours, missing)


def summary_of(device_id: int) -> JournalSummary:
    """What is here of a device's journal."""
    rows = db.session.execute(
        select(JournalEntry.payload_hash, JournalEntry.total_cents).where(
            JournalEntry.device_id == device_id, JournalEntry.verdict != Verdict.QUARANTINED
        )
    )
    raw = select(func.count()).where(
        JournalEntry.device_id == device_id, JournalEntry.verdict == Verdict.QUARANTINED
    )
    return summarise(((text_hash, cents) for text_hash, cents in rows), db.session.scalar(raw) or 0)


def start_epoch(reason: str) -> str:
    """The database begins another life (it was restored): every till compares its journal and refills ours.

    Returns the name of the new epoch.
    """
    epoch = ServerEpoch(value=str(uuid.uuid4()))
    db.session.add(epoch)
    db.session.flush()
    audit.record("server.epoch_started", "server", reason=reason)
    return epoch.value


def _without_others_numbers(device: DeviceKey, gaps: Sequence[int]) -> list[int]:
    if not gaps:
        return []
    used = select(JournalEntry.seq).where(
        JournalEntry.till_id == device.till_id,
        JournalEntry.device_id != device.device_id,
        JournalEntry.seq.in_(gaps),
    )
    elsewhere = set(db.session.scalars(used))
    return [number for number in gaps if number not in elsewhere]


def _missing(device_id: int, hashes: Sequence[str]) -> tuple[str, ...]:
    here = set(
        db.session.scalars(select(JournalEntry.payload_hash).where(JournalEntry.device_id == device_id))
    )
    return tuple(text_hash for text_hash in hashes if text_hash not in here)
