"""An alarm that was raised without the database, written down once it is back."""

from datetime import datetime

from app.core.db import db
from app.monitoring.escalation import Level
from app.monitoring.models import Alert, AlertState, EventKind
from app.monitoring.services.judging import note
from app.monitoring.services.rules import alerts_data
from app.monitoring.watch_rules import Outage
from app.monitoring.watch_words import rule_of


def record_outage(name: str, outage: Outage, now: datetime) -> None:
    """As an alert that is over, with whom it was told."""
    rule = rule_of(alerts_data(), name)
    alert = Alert(
        rule=name,
        level=Level(rule["level"]),
        message=rule["message"],
        action=rule["action"],
        runbook=rule["runbook"],
        state=AlertState.RESOLVED,
        since=outage.began,
        opened_at=outage.alarmed_at,
        escalated_from=outage.alarmed_at,
        acknowledged_at=outage.acknowledged_at,
        resolved_at=now,
    )
    db.session.add(alert)
    db.session.flush()
    note(alert, EventKind.OPENED, rule["message"], outage.alarmed_at)
    for message in outage.told:
        note(alert, EventKind.NOTIFIED, f"{message.channel} à {message.name}", outage.alarmed_at)
    note(alert, EventKind.RESOLVED, "Revenu à la normale.", now)
