"""When something is an alert, and when it is not to be told (seed §6.2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, enum_column
from app.monitoring.escalation import Level


class AlertRule(Model):
    """One rule as edited on screen; the first ones come from `config/alerts.yaml`.

    `conditions`: see `app.monitoring.rules.Condition`; all must hold. `message` may name their metrics and
    `{subject}` in braces. `daily_at` ("20:00", in France) instead of conditions: told once a day.
    """

    __tablename__ = "alert_rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(CodeString(60), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    level: Mapped[Level] = mapped_column(enum_column(Level))
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    for_seconds: Mapped[int] = mapped_column(default=0)
    clear_seconds: Mapped[int] = mapped_column(default=0)
    daily_at: Mapped[str] = mapped_column(CodeString(5), default="")
    message: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(200), default="")
    runbook: Mapped[str] = mapped_column(CodeString(12), default="")
    enabled: Mapped[bool] = mapped_column(default=True)


class AlertSilence(Model):
    """Declared maintenance: what is opened meanwhile is told only if it still stands afterwards."""

    __tablename__ = "alert_silence"
    __table_args__ = (CheckConstraint("ends_at >= starts_at", name="ends_after_start"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    reason: Mapped[str] = mapped_column(String(200))
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    declared_by: Mapped[User | None] = relationship()
