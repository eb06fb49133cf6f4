"""Sales noted on paper while nothing worked, typed in afterwards: the same rules as a till's own."""

import hashlib
import json
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict
from app.sales.entries import EntryLine, EntryPayment, SaleEntry
from app.sales.models import JournalEntry, TillSession, Verdict
from app.sales.paper_rules import PaperLine
from app.sales.services.facts import edition_facts, lock_session
from app.sales.services.recording import record_sales


class NameTaken(Conflict):
    """Another line was stored under this name: the form had served before (the browser's back button)."""

    def __init__(self) -> None:
        super().__init__(
            "Cette ligne n’est pas enregistrée : ce formulaire avait déjà servi pour une autre. Regardez les "
            "lignes saisies, puis enregistrez celle-ci."
        )


@dataclass(frozen=True, slots=True)
class PaperSale:
    """What came of a line: whether its article had been sold before, and what is odd about it (sentences)."""

    conflict: bool
    remarks: tuple[str, ...]


def record_paper_sale(session: TillSession, line: PaperLine, sale_uuid: str, entered_by_id: int) -> PaperSale:
    """Store a sale of one article in this session; the same line under the same `sale_uuid` again changes
    nothing. Raises NameTaken for another line under it.

    A session that is closed takes it too, and says so: its money was counted already.
    """
    edition = edition_facts(session.edition_id)
    locked = lock_session(session.till_id, session.uuid)
    known = db.session.scalars(
        select(JournalEntry).where(JournalEntry.till_id == session.till_id, JournalEntry.uuid == sale_uuid)
    ).one_or_none()
    entry = _entry(session, line, sale_uuid, entered_by_id)
    row = _row(session.till_id, entry, entered_by_id)
    if known is not None:
        if known.payload_hash != row.payload_hash:
            raise NameTaken
        return _told(known)
    db.session.add(row)
    db.session.flush()
    [flags] = record_sales([(row, entry)], session.till_id, edition, locked, entered_by_id=entered_by_id)
    row.details = {**row.details, "flags": [asdict(flag) for flag in flags]}
    db.session.flush()
    audit.record(
        "sale.typed_in",
        f"till:{session.till_id}",
        actor_id=entered_by_id,
        uuid=sale_uuid,
        total_cents=entry.total_cents,
    )
    return _told(row)


def _entry(session: TillSession, line: PaperLine, sale_uuid: str, entered_by_id: int) -> SaleEntry:
    return SaleEntry(
        uuid=sale_uuid,
        till_id=session.till_id,
        # Paper has no number; what a till numbers begins at 1.
        seq=0,
        session_uuid=session.uuid,
        at=line.sold_at,
        jumped=False,
        total_cents=line.price_cents,
        by_id=entered_by_id,
        lines=(EntryLine(line.code, line.price_cents, line.text),),
        payments=(EntryPayment(line.method, line.price_cents),),
        offline=True,
    )


def _row(till_id: int, entry: SaleEntry, entered_by_id: int) -> JournalEntry:
    payload = json.dumps(_written(entry) | {"paper": entered_by_id}, sort_keys=True, ensure_ascii=False)
    return JournalEntry(
        till_id=till_id,
        device_id=None,
        uuid=entry.uuid,
        seq=None,
        kind="sale",
        payload=payload,
        payload_hash=hashlib.sha256(payload.encode()).hexdigest(),
        mac="",
        total_cents=entry.total_cents,
        received_at=utcnow(),
        verdict=Verdict.CONFIRMED,
        details={},
    )


def _written(entry: SaleEntry) -> dict[str, Any]:
    [line], [payment] = entry.lines, entry.payments
    return {
        "uuid": entry.uuid,
        "till": entry.till_id,
        "session": entry.session_uuid,
        "at": entry.at.isoformat(),
        "lines": [{"code": line.code, "text": line.text, "price": line.price_cents}],
        "payments": [{"method": payment.method.value, "amount": payment.amount_cents}],
        "total": entry.total_cents,
    }


def new_uuid() -> str:
    """The name of the next sale, drawn when its empty form is shown: sent twice, it counts once."""
    return str(uuid.uuid4())


def _told(row: JournalEntry) -> PaperSale:
    remarks = tuple(
        flag["reason"] for flag in row.details.get("flags", []) if flag["code"] != "outside_period"
    )
    return PaperSale(row.verdict is Verdict.CONFIRMED_CONFLICT, remarks)
