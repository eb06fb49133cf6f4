"""The journal tills send: every entry as received, with the verdict it was given. Never deleted."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, enum_column


class Verdict(enum.StrEnum):
    CONFIRMED = "confirmed"
    CONFIRMED_CONFLICT = "confirmed_conflict"
    QUARANTINED = "quarantined"


class JournalEntry(Model):
    """One signed entry of a till's journal, exactly as received, with the verdict it was given.

    Not EditionOwned: what a till brings is kept even when its edition has been closed meanwhile.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("till_id", "uuid", name="uq_journal_entry_till_uuid"),
        # NULL for quarantined entries, whose seq may be a lie.
        UniqueConstraint("till_id", "seq", name="uq_journal_entry_till_seq"),
        # How much of each device's journal is here, asked at each ping.
        Index("ix_journal_entry_device_verdict", "device_id", "verdict"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("till_device.id"))
    uuid: Mapped[str] = mapped_column(CodeString(36))
    seq: Mapped[int | None]
    kind: Mapped[str] = mapped_column(CodeString(16))
    payload: Mapped[str] = mapped_column(Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb"))
    payload_hash: Mapped[str] = mapped_column(CodeString(64))
    mac: Mapped[str] = mapped_column(CodeString(64))
    # Cents taken (positive) or given back (negative); 0 when the entry could not be read.
    total_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    verdict: Mapped[Verdict] = mapped_column(enum_column(Verdict), index=True)
    # What a person reads about it: [{"code": …, "reason": …}], and flags such as "clock_jump".
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # When a manager looked at a quarantined entry, and who.
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
