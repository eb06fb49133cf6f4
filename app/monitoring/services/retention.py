"""Alerts name people and say where they were reached: they stay a year, as the audit log does."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.core.db import db
from app.monitoring.models import Alert, AlertEvent, AlertSilence, Notice

KEPT_FOR = timedelta(days=365)


def forget_old_alerts(now: datetime) -> int:
    """Remove alerts that were over a year ago with their history, and as old messages and maintenances; how
    many alerts. One that still stands stays, without the messages of more than a year ago."""
    limit = now - KEPT_FOR
    over = list(db.session.scalars(select(Alert.id).where(Alert.resolved_at < limit)))
    db.session.execute(delete(AlertEvent).where(AlertEvent.alert_id.in_(over)))
    db.session.execute(delete(Alert).where(Alert.id.in_(over)))
    db.session.execute(delete(Notice).where(Notice.created_at < limit))
    db.session.execute(delete(AlertSilence).where(AlertSilence.ends_at < limit))
    return len(over)
