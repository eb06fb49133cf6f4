"""What was measured of the service itself, for rates and service levels."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime, enum_column


class MetricSample(Model):
    """The running counts at one moment, taken every 30 seconds; two of them give a rate. Kept two days.

    `counts`: name → count since its process began, so it may fall back to 0 (see `app.monitoring.samples`).
    """

    __tablename__ = "metric_sample"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)


class Observer(enum.StrEnum):
    """Who probed: the scheduler beside the application, or the watchdog on another machine."""

    INSIDE = "inside"
    WATCHDOG = "watchdog"


class ServiceHour(Model):
    """One hour as an observer saw it: probes and how many failed; requests answered, with errors (5xx), and
    by duration (`durations`: upper bound in seconds → count, cumulative as Prometheus has it)."""

    __tablename__ = "service_hour"
    __table_args__ = (UniqueConstraint("observer", "hour", name="uq_service_hour_observer_hour"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    observer: Mapped[Observer] = mapped_column(enum_column(Observer))
    hour: Mapped[datetime] = mapped_column(UtcDateTime)
    probes: Mapped[int] = mapped_column(default=0)
    failed_probes: Mapped[int] = mapped_column(default=0)
    requests: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int] = mapped_column(default=0)
    durations: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
