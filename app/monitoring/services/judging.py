"""What the rules make of the metrics: alerts begin, are opened, and end."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from app.core.db import db
from app.monitoring.models import Alert, AlertEvent, AlertRule, AlertSilence, AlertState, EventKind
from app.monitoring.readings import Readings
from app.monitoring.rules import (
    Finding,
    Patience,
    Turn,
    findings,
    in_words,
    read_condition,
    turn_of_open,
    turn_of_pending,
)

log = structlog.get_logger()


def judge(readings: Readings) -> None:
    """Hold every rule against the metrics of this moment."""
    live: dict[str, dict[str, Alert]] = {}
    for alert in live_alerts():
        live.setdefault(alert.rule, {})[alert.subject] = alert
    for rule in db.session.scalars(select(AlertRule).where(AlertRule.enabled).order_by(AlertRule.id)):
        alerts = live.pop(rule.name, {})
        if rule.conditions:
            _judge(rule, alerts, readings)
    for alerts in live.values():
        for alert in alerts.values():
            _end(alert, readings.now, "La règle ne s’applique plus.")


def live_alerts() -> list[Alert]:
    """Not resolved, the pending ones included."""
    alerts = select(Alert).where(Alert.live_key.is_not(None)).order_by(Alert.id).with_for_update()
    return list(db.session.scalars(alerts))


def _judge(rule: AlertRule, alerts: dict[str, Alert], readings: Readings) -> None:
    found = {
        finding.subject: finding
        for finding in findings([read_condition(data) for data in rule.conditions], readings.read)
    }
    wait = Patience(timedelta(seconds=rule.for_seconds), timedelta(seconds=rule.clear_seconds))
    for subject in _all_of(found, alerts):
        alert, finding = alerts.get(subject), found.get(subject)
        if alert is None or alert.state is AlertState.PENDING:
            turn = turn_of_pending(finding, alert.since if alert else None, wait, readings.now)
        else:
            turn = turn_of_open(finding, alert.clear_since, wait, readings.now)
        _take(turn, rule, alert, finding, readings.now)


def _all_of(found: dict[str, Finding], alerts: dict[str, Alert]) -> Iterable[str]:
    return dict.fromkeys([*found, *alerts])


def _take(turn: Turn, rule: AlertRule, alert: Alert | None, finding: Finding | None, now: datetime) -> None:
    if turn is Turn.NOTHING:
        return
    if turn is Turn.BEGIN or (turn is Turn.OPEN and alert is None):
        assert finding is not None
        alert = _begin(rule, finding, now)
    assert alert is not None
    if turn is Turn.OPEN:
        assert finding is not None
        _open(alert, in_words(rule.message, finding.subject, finding.values), now)
    elif turn is Turn.FORGET:
        db.session.delete(alert)
    elif turn is Turn.SEEMS_OVER:
        alert.clear_since = now
    elif turn is Turn.HOLDS_AGAIN:
        alert.clear_since = None
    elif turn is Turn.RESOLVE:
        _end(alert, now, "Revenu à la normale.")


def _begin(rule: AlertRule, finding: Finding, now: datetime) -> Alert:
    alert = Alert(
        rule=rule.name,
        subject=finding.subject,
        live_key=f"{rule.name}/{finding.subject}",
        level=rule.level,
        message=in_words(rule.message, finding.subject, finding.values),
        action=rule.action,
        runbook=rule.runbook,
        since=now,
        state=AlertState.PENDING,
    )
    db.session.add(alert)
    db.session.flush()
    return alert


def _open(alert: Alert, message: str, now: datetime) -> None:
    """From now on it is seen; its escalation waits for the end of a declared maintenance."""
    alert.state, alert.message, alert.opened_at = AlertState.OPEN, message[:300], now
    silence = silence_at(now)
    alert.escalated_from = silence.ends_at if silence else now
    note(alert, EventKind.OPENED, message, now)
    if silence:
        note(alert, EventKind.SILENCED, f"Maintenance déclarée : {silence.reason}", now)
    log.warning("alert.opened", alert=alert.id, rule=alert.rule, level=alert.level, subject=alert.subject)


def _end(alert: Alert, now: datetime, why: str) -> None:
    if alert.state is AlertState.PENDING:
        db.session.delete(alert)
        return
    alert.state, alert.resolved_at, alert.live_key = AlertState.RESOLVED, now, None
    note(alert, EventKind.RESOLVED, why, now)
    log.info("alert.resolved", alert=alert.id, rule=alert.rule, subject=alert.subject)


def note(alert: Alert, kind: EventKind, words: str, now: datetime) -> None:
    """One line more in its history."""
    db.session.add(AlertEvent(alert_id=alert.id, kind=kind, words=words[:300], at=now))


def silence_at(now: datetime) -> AlertSilence | None:
    """The maintenance declared for this moment that lasts longest."""
    silences = select(AlertSilence).where(AlertSilence.starts_at <= now, AlertSilence.ends_at > now)
    return db.session.scalars(silences.order_by(AlertSilence.ends_at.desc()).limit(1)).one_or_none()
