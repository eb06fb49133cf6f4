"""What the watchdog says."""

from datetime import datetime, timedelta
from typing import Any

from app.core.dates import datetime_short, time_short
from app.monitoring.escalation import Channel, Step

RULE = "alerte_systeme_down"
STOP = "Pour arrêter les rappels, sur l’ordinateur de surveillance : ./bourse watchdog ack"


def rule_of(alerts: Any, name: str = RULE) -> dict[str, Any]:
    """The rule of the seed that a watchdog stands for, from `config/alerts.yaml` as parsed."""
    rule: dict[str, Any] = next(rule for rule in alerts["rules"] if rule["name"] == name)
    return rule


def alarm_words(
    rule: dict[str, Any], url: str, step: Step, began: datetime, fault: str, channel: Channel
) -> tuple[str, str]:
    """Subject and text of an alarm. A mail says where; nobody can type a command that is read aloud."""
    subject = rule["message"]
    sentences = [
        f"{subject} depuis {time_short(began)} ({fault}).",
        "Les caisses continuent de vendre hors connexion.",
        step.decision,
        f"Suivez la fiche {rule['runbook']}.",
    ]
    if channel is Channel.EMAIL:
        sentences += ["", f"Adresse surveillée : {url}", STOP]
        return subject, "\n".join(sentence for sentence in sentences if sentence or sentence == "")
    if channel is Channel.SMS:
        sentences.append("Arrêter les rappels : ./bourse watchdog ack")
    return subject, " ".join(filter(None, sentences))


def back_words(began: datetime, back: datetime) -> tuple[str, str]:
    """Subject and text of the end."""
    subject = "RÉTABLI : application accessible"
    lasted = duration_words(back - began)
    return (
        subject,
        f"{subject} à {time_short(back)}, après {lasted} d’interruption ({datetime_short(began)}).",
    )


def duration_words(lasted: timedelta) -> str:
    """`moins d’une minute`, `12 min`, `3 h 05`, `2 jours 4 h`."""
    minutes = round(lasted.total_seconds() / 60)
    if minutes < 1:
        return "moins d’une minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02}"
    days, hours = divmod(hours, 24)
    return f"{days} jour{'s' if days > 1 else ''} {hours} h"
