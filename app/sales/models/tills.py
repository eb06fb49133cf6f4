"""Tills at work: the browsers that may sell, the sessions of volunteers, what the hall asks of a till."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, enum_column
from app.editions.models import EditionOwned, Till


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
    # The sign-in that vouches for it: its journal waits on the till when that sign-in ends (AUTH_WAIT).
    login_id: Mapped[int | None] = mapped_column(ForeignKey("user_session.id"))
    # What the till says of itself: {"persisted": bool, "scan_ms": {…}, "payment_ms": {…}, "self_test": {…}}.
    health: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # The last comparison of its journal with ours: {"agrees": bool, "till": {…}, "server": {…}}.
    reconciled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reconciliation: Mapped[dict[str, Any] | None] = mapped_column(JSON)
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


class TillShift(EditionOwned, Model):
    """Who sells in a session from a moment on: volunteers may take turns at one drawer."""

    __tablename__ = "till_shift"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("till_session.id"), index=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    volunteer: Mapped[User] = relationship()


class TillOrderKind(enum.StrEnum):
    """What the hall can ask of a till; it obeys at its next ping."""

    SYNCHRONISE = "synchronise"


class TillOrder(EditionOwned, Model):
    """Something asked of a till, and when it said that it was done."""

    __tablename__ = "till_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), index=True)
    kind: Mapped[TillOrderKind] = mapped_column(enum_column(TillOrderKind))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ServerEpoch(Model):
    """Changes when the database is restored from a backup, so that tills refill what it lacks."""

    __tablename__ = "server_epoch"
    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(CodeString(36))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
