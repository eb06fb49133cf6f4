"""Tills at work: devices, sessions, the journal they send, and the sales it holds.

A till writes a journal: gap-free numbered entries (sales and voids), signed by its device. The server keeps
every entry as received, gives each a verdict, and records what it means (Sale, SaleVoid). Nothing here is
ever deleted.
"""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, enum_column
from app.deposits.models import Item
from app.editions.models import EditionOwned, Till


class PaymentMethod(enum.StrEnum):
    CASH = "cash"
    CARD = "card"
    CHEQUE = "cheque"


PAYMENT_LABELS = {
    PaymentMethod.CASH: "Espèces",
    PaymentMethod.CARD: "Carte",
    PaymentMethod.CHEQUE: "Chèque",
}


class TillDevice(EditionOwned, Model):
    """A browser that may sell at a till. `key_id` is public, the HMAC secret is kept encrypted."""

    __tablename__ = "till_device"
    id: Mapped[int] = mapped_column(primary_key=True)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), index=True)
    key_id: Mapped[str] = mapped_column(CodeString(36), unique=True, default=lambda: str(uuid.uuid4()))
    secret_encrypted: Mapped[bytes] = mapped_column(LargeBinary)
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # As the till says at each ping: entries not yet confirmed, and the moment of the oldest.
    pending_count: Mapped[int] = mapped_column(default=0)
    oldest_pending_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Highest seq it has written, sent or not: another device taking over the till goes on after it.
    last_seq: Mapped[int] = mapped_column(default=0)
    app_version: Mapped[str] = mapped_column(String(40), default="")
    till: Mapped[Till] = relationship()


class TillSession(EditionOwned, Model):
    """One volunteer at one till, from a counted float to a final count (all amounts in cents)."""

    __tablename__ = "till_session"
    __table_args__ = (CheckConstraint("opening_float_cents >= 0", name="float_not_negative"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(CodeString(36), unique=True, default=lambda: str(uuid.uuid4()))
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), index=True)
    # Equals `till_id` while open, then NULL: at most one open session per till, held by the database.
    open_till_id: Mapped[int | None] = mapped_column(ForeignKey("till.id"), unique=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("till_device.id"))
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    opening_float_cents: Mapped[int]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # {"20000": 1, …}: how many of each note and coin, by its value in cents.
    counted_denominations: Mapped[dict[str, int] | None] = mapped_column(JSON)
    # {"cash": 12345, "card": …}: at closing, cents per payment method.
    expected_cents: Mapped[dict[str, int] | None] = mapped_column(JSON)
    counted_cents: Mapped[dict[str, int] | None] = mapped_column(JSON)
    variance_reason: Mapped[str | None] = mapped_column(String(300))
    till: Mapped[Till] = relationship(foreign_keys=[till_id])
    volunteer: Mapped[User] = relationship(foreign_keys=[volunteer_id])


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
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    verdict: Mapped[Verdict] = mapped_column(enum_column(Verdict), index=True)
    # What a person reads about it: [{"code": …, "reason": …}], and flags such as "clock_jump".
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Sale(EditionOwned, Model):
    """One customer, one receipt. Always stored once paid; voids and conflicts are told by its lines."""

    __tablename__ = "sale"
    __table_args__ = (UniqueConstraint("till_id", "uuid", name="uq_sale_till_uuid"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("till_session.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    uuid: Mapped[str] = mapped_column(CodeString(36))
    seq: Mapped[int]
    # Corrected time of the sale (the till's clock plus its measured offset), UTC.
    sold_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    total_cents: Mapped[int]
    private_period: Mapped[bool] = mapped_column(default=False)
    offline: Mapped[bool] = mapped_column(default=False)
    lines: Mapped[list["SaleLine"]] = relationship(back_populates="sale", order_by="SaleLine.id")
    payments: Mapped[list["Payment"]] = relationship(back_populates="sale", order_by="Payment.id")
    till: Mapped[Till] = relationship()


class LineState(enum.StrEnum):
    ACTIVE = "active"
    VOID = "void"
    CONFLICT = "conflict"


class SaleLine(EditionOwned, Model):
    """One item of a sale at the price charged. `active_item_id` makes a second active sale impossible."""

    __tablename__ = "sale_line"
    __table_args__ = (
        CheckConstraint(
            "item_id is null or (state = 'active' and active_item_id is not null)"
            " or (state <> 'active' and active_item_id is null)",
            name="active_line_owns_its_item",
        ),
        Index("ix_sale_line_edition_state", "edition_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("sale.id"), index=True)
    # Empty for an item that could not be identified at the till.
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    active_item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), unique=True)
    code: Mapped[str] = mapped_column(CodeString(10))
    price_cents: Mapped[int]
    state: Mapped[LineState] = mapped_column(enum_column(LineState))
    void_id: Mapped[int | None] = mapped_column(ForeignKey("sale_void.id"), index=True)
    sale: Mapped[Sale] = relationship(back_populates="lines")
    item: Mapped[Item | None] = relationship(foreign_keys=[item_id])


class Payment(EditionOwned, Model):
    """Money taken (positive) or given back (negative), by method, in one till session."""

    __tablename__ = "payment"
    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("sale.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("till_session.id"), index=True)
    void_id: Mapped[int | None] = mapped_column(ForeignKey("sale_void.id"))
    method: Mapped[PaymentMethod] = mapped_column(enum_column(PaymentMethod))
    amount_cents: Mapped[int]
    # For cash: what the customer handed over; the change is tendered − amount.
    tendered_cents: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sale: Mapped[Sale] = relationship(back_populates="payments")


class SaleVoid(EditionOwned, Model):
    """The cancellation of some lines of a sale, with the refund it gave."""

    __tablename__ = "sale_void"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("sale.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(String(200))
    voided_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SyncConflict(EditionOwned, Model):
    """Two paid sales of one item: which line keeps it, which is to be refunded."""

    __tablename__ = "sync_conflict"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    loser_line_id: Mapped[int] = mapped_column(ForeignKey("sale_line.id"), unique=True)
    winner_line_id: Mapped[int] = mapped_column(ForeignKey("sale_line.id"))
    detected_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    item: Mapped[Item] = relationship()
    loser_line: Mapped[SaleLine] = relationship(foreign_keys=[loser_line_id])
    winner_line: Mapped[SaleLine] = relationship(foreign_keys=[winner_line_id])


class ServerEpoch(Model):
    """Changes when the database is restored from a backup, so that tills refill what it lacks."""

    __tablename__ = "server_epoch"
    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(CodeString(36))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
