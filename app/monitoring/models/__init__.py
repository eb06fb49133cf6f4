"""The tables of the observation: on-call list, rules, alerts and their history, measures of the service."""

from app.monitoring.models.alerts import Alert, AlertEvent, AlertState, EventKind, Notice, NoticeState
from app.monitoring.models.on_call import OnCallContact
from app.monitoring.models.rules import AlertRule, AlertSilence
from app.monitoring.models.service import MetricSample, Observer, ServiceHour

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertRule",
    "AlertSilence",
    "AlertState",
    "EventKind",
    "MetricSample",
    "Notice",
    "NoticeState",
    "Observer",
    "OnCallContact",
    "ServiceHour",
]
