"""What people do with alerts: take charge, declare a maintenance."""

from datetime import datetime

from sqlalchemy import update

from app.core.audit import record
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.monitoring.models import Alert, AlertSilence, AlertState, EventKind
from app.monitoring.services.judging import note


def acknowledge(alert: Alert, name: str, now: datetime, actor_id: int | None = None) -> bool:
    """`name` takes charge: nobody further is told. False when somebody had done so, or it is over."""
    if alert.state is not AlertState.OPEN:
        return False
    alert.state, alert.acknowledged_at, alert.acknowledged_by = AlertState.ACKNOWLEDGED, now, name[:80]
    note(alert, EventKind.ACKNOWLEDGED, f"{name} s’en occupe.", now)
    record("alert.acknowledged", f"alert:{alert.id}", actor_id=actor_id, rule=alert.rule)
    return True


def declare_silence(
    starts_at: datetime, ends_at: datetime, reason: str, now: datetime, actor_id: int
) -> AlertSilence:
    """Maintenance: meanwhile alerts are seen, not told. Raises DomainError when it ends before it begins."""
    if ends_at <= max(starts_at, now):
        raise DomainError("La fin doit être après le début, et dans l’avenir.", field="ends_at")
    silence = AlertSilence(starts_at=starts_at, ends_at=ends_at, reason=reason, declared_by_id=actor_id)
    db.session.add(silence)
    db.session.flush()
    record("alerts.silenced", f"silence:{silence.id}", actor_id=actor_id, until=ends_at, reason=reason)
    return silence


def end_silence(silence_id: int, now: datetime, actor_id: int) -> None:
    """It is over sooner, or does not take place; what waited for its end waits no longer. Raises NotFound."""
    silence = db.session.get(AlertSilence, silence_id)
    if silence is None:
        raise NotFound("Cette maintenance n’existe plus.")
    silence.starts_at, silence.ends_at = min(silence.starts_at, now), now
    waiting = update(Alert).where(Alert.live_key.is_not(None), Alert.escalated_from > now)
    db.session.execute(waiting.values(escalated_from=now))
    record("alerts.silence_ended", f"silence:{silence.id}", actor_id=actor_id)
