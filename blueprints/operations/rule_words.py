"""How the rules of alert are told."""

from app.core.counts import figure
from app.monitoring.models import AlertRule
from app.monitoring.readings import METRICS
from app.monitoring.rules import Condition, Operator, read_condition

# What a bound would hide: these are yes or no.
FLAGS = {
    ("api_health_check", Operator.BELOW): "l’application ne répond pas",
    ("db_connections_failed", Operator.ABOVE): "la base de données ne répond pas",
}


def when_in_words(rule: AlertRule) -> str:
    """`Disque occupé : plus de 85 %`; two conditions are joined by `, et`."""
    if rule.daily_at:
        hour, _, minute = rule.daily_at.partition(":")
        return f"Tous les jours à {hour}\u00a0h\u00a0{minute}"
    words = ", et ".join(_in_words(read_condition(data)) for data in rule.conditions)
    return words[:1].upper() + words[1:]


def minutes_in_words(seconds: int) -> str:
    return f"{figure(seconds / 60)}\u00a0min" if seconds else "aussitôt"


def _in_words(condition: Condition) -> str:
    if (condition.metric, condition.op) in FLAGS:
        return FLAGS[condition.metric, condition.op]
    known = METRICS[condition.metric]
    label = known.label[:1].lower() + known.label[1:]
    bound = "plus de" if condition.op is Operator.ABOVE else "moins de"
    unit = f"\u00a0{known.unit}" if known.unit else ""
    window = f" en {figure(condition.window_minutes)}\u00a0min" if condition.window_minutes else ""
    return f"{label} : {bound} {figure(condition.threshold)}{unit}{window}"
