"""Reading alerts and what was told of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.core.db import db
from app.core.errors import NotFound
from app.monitoring.models import Alert, AlertRule, AlertSilence, AlertState, Notice
from app.operations.queries import page_within

ALERTS_PER_PAGE = 30
# On the dashboard an alert that is over stays this long, so that one reads that it is.
STILL_SHOWN = timedelta(minutes=30)
OPEN_STATES = (AlertState.OPEN, AlertState.ACKNOWLEDGED)


@dataclass(frozen=True)
class AlertPage:
    """Alerts that are over, newest first."""

    alerts: list[Alert]
    page: int
    pages: int


def open_alerts() -> list[Alert]:
    """The most urgent first."""
    alerts = select(Alert).where(Alert.state.in_(OPEN_STATES)).order_by(Alert.level, Alert.opened_at)
    return list(db.session.scalars(alerts))


def alerts_to_show(now: datetime) -> list[Alert]:
    """For the dashboard: those open, the most urgent first, then those just over, the last one first."""
    shown = select(Alert).where(
        Alert.state.in_(OPEN_STATES)
        | ((Alert.state == AlertState.RESOLVED) & (Alert.resolved_at > now - STILL_SHOWN))
    )
    order = (Alert.resolved_at.is_not(None), Alert.resolved_at.desc(), Alert.level, Alert.opened_at.desc())
    return list(db.session.scalars(shown.order_by(*order).limit(20)))


def past_alerts(page: int) -> AlertPage:
    over = select(Alert).where(Alert.state == AlertState.RESOLVED)
    count = db.session.scalar(select(func.count()).select_from(over.subquery())) or 0
    page, pages = page_within(page, count, ALERTS_PER_PAGE)
    rows = over.order_by(Alert.id.desc()).limit(ALERTS_PER_PAGE).offset((page - 1) * ALERTS_PER_PAGE)
    return AlertPage(list(db.session.scalars(rows)), page, pages)


def get_alert(alert_id: int) -> Alert:
    """With its history; raises NotFound, also while it is pending."""
    alert = db.session.get(Alert, alert_id, options=[selectinload(Alert.events)])
    if alert is None or alert.state is AlertState.PENDING:
        raise NotFound("Cette alerte n’existe pas.")
    return alert


def notices_of(alert: Alert) -> list[Notice]:
    """The messages about it, oldest first."""
    notices = select(Notice).where(Notice.created_at >= alert.since).order_by(Notice.id)
    if alert.resolved_at:
        notices = notices.where(Notice.created_at <= alert.resolved_at)
    return [notice for notice in db.session.scalars(notices) if alert.id in notice.alert_ids]


def list_rules() -> list[AlertRule]:
    """The most urgent first."""
    return list(db.session.scalars(select(AlertRule).order_by(AlertRule.level, AlertRule.id)))


def get_rule(rule_id: int) -> AlertRule:
    """Raises NotFound."""
    rule = db.session.get(AlertRule, rule_id)
    if rule is None:
        raise NotFound("Cette règle n’existe plus.")
    return rule


def coming_silences(now: datetime) -> list[AlertSilence]:
    """Maintenance declared for now or later."""
    silences = select(AlertSilence).where(AlertSilence.ends_at > now).order_by(AlertSilence.starts_at)
    return list(db.session.scalars(silences))
