"""Who is told of the open alerts, step by step until somebody takes charge (seed §6.4), and that it is over.

One message per person and channel, however many alerts there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from flask import current_app
from sqlalchemy import select

from app.core.dates import time_short
from app.core.db import db
from app.monitoring.acknowledgement import link_to_acknowledge
from app.monitoring.escalation import (
    CHANNEL_WORDS,
    ROLE_LABELS,
    Channel,
    Contact,
    Step,
    recipients,
    steps_due,
)
from app.monitoring.models import Alert, AlertState, EventKind, Notice
from app.monitoring.services.judging import note, silence_at
from app.monitoring.services.rules import level_facts, runbook_place
from app.monitoring.watchdog_exchange import on_call_list


@dataclass
class _Message:
    """What one person gets over one channel."""

    contact: Contact
    channel: Channel
    alerts: list[Alert] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)


def escalate(now: datetime) -> list[Notice]:
    """Write the messages of every step whose time has come; nothing leaves during a declared maintenance."""
    if silence_at(now):
        return []
    on_call = on_call_list()
    messages: dict[tuple[str, Channel], _Message] = {}
    for alert, step in _due(now):
        told = recipients(step, on_call.contacts, on_call.sale, now)
        if not told:
            words = f"{ROLE_LABELS[step.role]} : personne dans la liste d’astreinte."
            note(alert, EventKind.NOT_DELIVERED, words, now)
        for contact, channel in told:
            address = address_of(contact, channel)
            message = messages.setdefault((address, channel), _Message(contact, channel))
            if alert not in message.alerts:
                message.alerts.append(alert)
            if step.decision and step.decision not in message.decisions:
                message.decisions.append(step.decision)
    return [_write(message, now) for message in messages.values()]


def _due(now: datetime) -> list[tuple[Alert, Step]]:
    """The most urgent first; marks the steps as taken."""
    waiting = select(Alert).where(Alert.state == AlertState.OPEN).order_by(Alert.level, Alert.id)
    due: list[tuple[Alert, Step]] = []
    for alert in db.session.scalars(waiting.with_for_update()):
        assert alert.escalated_from is not None
        steps = steps_due(level_facts()[alert.level].steps, alert.escalated_from, alert.steps_done, now)
        alert.steps_done += len(steps)
        due.extend((alert, step) for step in steps)
    return due


def address_of(contact: Contact, channel: Channel) -> str:
    return contact.email if channel is Channel.EMAIL else contact.phone


def _write(message: _Message, now: datetime) -> Notice:
    contact, channel, alerts = message.contact, message.channel, message.alerts
    notice = Notice(
        alert_ids=[alert.id for alert in alerts],
        channel=channel,
        name=contact.name,
        address=address_of(contact, channel),
        subject=subject_of(alerts),
        body=_body(message),
        created_at=now,
        next_attempt_at=now,
    )
    db.session.add(notice)
    role = ROLE_LABELS[contact.role].lower()
    for alert in alerts:
        note(alert, EventKind.NOTIFIED, f"{CHANNEL_WORDS[channel]} à {contact.name} ({role})", now)
    return notice


def subject_of(alerts: Sequence[Alert]) -> str:
    first = alerts[0]
    if len(alerts) == 1:
        return f"[{first.level}] {first.message}"[:200]
    return f"[{first.level}] {len(alerts)} alertes : {first.message}…"[:200]


def _body(message: _Message) -> str:
    """A call is heard, an SMS is short, an e-mail says all."""
    alerts = message.alerts
    link = link_to_acknowledge(message.contact.name, [alert.id for alert in alerts])
    if message.channel is Channel.CALL:
        return " ".join(["Bourse ALPE.", *(f"{alert.message}. {alert.action}" for alert in alerts)])
    if message.channel is Channel.SMS:
        told = " / ".join(alert.message for alert in alerts[:3])
        more = f" (+{len(alerts) - 3})" if len(alerts) > 3 else ""
        first = f"ALPE {alerts[0].level} {told}{more}."
        return " ".join([first, *message.decisions, f"Je m’en occupe : {link}"])
    lines: list[str] = []
    for alert in alerts:
        assert alert.opened_at is not None
        facts = level_facts()[alert.level]
        lines += [f"{alert.level} {facts.label}, depuis {time_short(alert.opened_at)}", alert.message]
        lines += [f"À faire : {alert.action}"] if alert.action else []
        lines += (
            [f"Marche à suivre, {alert.runbook} : {_guide(alert.runbook)}", ""] if alert.runbook else [""]
        )
    lines += [*message.decisions, f"Je m’en occupe : {link}", "", f"Toutes les alertes : {_alerts_page()}"]
    return "\n".join(lines)


def tell_resolved(now: datetime) -> list[Notice]:
    """To whom a message about an alert left, that it is over; nobody is called for that."""
    over = select(Alert).where(Alert.state == AlertState.RESOLVED, Alert.resolved_at == now)
    alerts = {alert.id: alert for alert in db.session.scalars(over)}
    told: dict[tuple[str, Channel, str], list[Alert]] = {}
    for notice in _notices_since(min((alert.since for alert in alerts.values()), default=now)):
        known = told.setdefault((notice.address, notice.channel, notice.name), [])
        ended = [alerts[alert_id] for alert_id in notice.alert_ids if alert_id in alerts]
        known.extend(alert for alert in ended if alert not in known)
    return [_over(key, ended, now) for key, ended in told.items() if ended]


def _notices_since(moment: datetime) -> Sequence[Notice]:
    """What may have been told of alerts that began then, but for calls."""
    notices = select(Notice).where(Notice.created_at >= moment, Notice.channel != Channel.CALL)
    return db.session.scalars(notices.order_by(Notice.id)).all()


def _over(key: tuple[str, Channel, str], alerts: Sequence[Alert], now: datetime) -> Notice:
    address, channel, name = key
    words = [f"{alert.message} : résolu à {time_short(now)}." for alert in alerts]
    notice = Notice(
        alert_ids=[alert.id for alert in alerts],
        channel=channel,
        name=name,
        address=address,
        subject=f"[Résolu] {subject_of(alerts)}"[:200],
        body=("ALPE " + " ".join(words)) if channel is Channel.SMS else "\n".join(words),
        created_at=now,
        next_attempt_at=now,
    )
    db.session.add(notice)
    for alert in alerts:
        note(alert, EventKind.NOTIFIED, f"{CHANNEL_WORDS[channel]} de fin à {name}", now)
    return notice


def _alerts_page() -> str:
    return f"{current_app.config['PUBLIC_URL']}/alerts"


def _guide(runbook: str) -> str:
    return f"{current_app.config['PUBLIC_URL']}/aide/{quote(runbook_place(runbook), safe='#')}"
