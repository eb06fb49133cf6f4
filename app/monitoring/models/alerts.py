"""Alerts, what happened to each, and the messages sent for them."""

import enum
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, enum_column
from app.monitoring.escalation import Channel, Level


class AlertState(enum.StrEnum):
    """`pending`: the conditions hold, not long enough yet; nobody sees it."""

    PENDING = "pending"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Alert(Model):
    """A rule that holds for a subject: a till (`C3`), or nothing when there is but one.

    `live_key` is `rule/subject` until it is resolved, then NULL: one alert at a time for one thing.
    """

    __tablename__ = "alert"
    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(CodeString(60), index=True)
    subject: Mapped[str] = mapped_column(CodeString(40), default="")
    live_key: Mapped[str | None] = mapped_column(CodeString(101), unique=True)
    level: Mapped[Level] = mapped_column(enum_column(Level))
    message: Mapped[str] = mapped_column(String(300))
    action: Mapped[str] = mapped_column(String(200), default="")
    runbook: Mapped[str] = mapped_column(CodeString(12), default="")
    state: Mapped[AlertState] = mapped_column(enum_column(AlertState), default=AlertState.PENDING, index=True)
    # Since when the conditions hold, and since when they no longer do (hysteresis).
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    clear_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # From when its escalation counts: later than `opened_at` when it was opened during maintenance.
    escalated_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    steps_done: Mapped[int] = mapped_column(default=0)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[str] = mapped_column(String(80), default="")
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    events: Mapped[list["AlertEvent"]] = relationship(order_by="AlertEvent.id")


class EventKind(enum.StrEnum):
    OPENED = "opened"
    SILENCED = "silenced"
    NOTIFIED = "notified"
    NOT_DELIVERED = "not_delivered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class AlertEvent(Model):
    """One line of an alert's history, in words."""

    __tablename__ = "alert_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    kind: Mapped[EventKind] = mapped_column(enum_column(EventKind))
    words: Mapped[str] = mapped_column(String(300), default="")


class NoticeState(enum.StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Notice(Model):
    """A message to one person over one channel, for one or several alerts (`alert_ids`)."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    alert_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    # The on-call contact's name, and where the message goes.
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(CodeString(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[NoticeState] = mapped_column(
        enum_column(NoticeState), default=NoticeState.QUEUED, index=True
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
