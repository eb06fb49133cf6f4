"""The digest of the day (P4): figures of the sale and what went wrong, once a day at its hour."""

from datetime import datetime, time

from sqlalchemy import select

from app.core.dates import date_long, from_paris, to_paris
from app.core.db import db
from app.core.money import format_euros
from app.editions.models import EditionState
from app.editions.queries import current_edition
from app.monitoring.escalation import Level, recipients
from app.monitoring.models import Alert, AlertEvent, AlertRule, AlertState, EventKind, Notice
from app.monitoring.services.escalating import address_of
from app.monitoring.services.rules import level_facts
from app.monitoring.watchdog_exchange import on_call_list
from app.reporting.queries import live_figures


def tell_daily(now: datetime) -> list[Notice]:
    """Write the digests whose hour has come, each once a day; a day without sale nor alert has none."""
    rules = select(AlertRule).where(AlertRule.enabled, AlertRule.daily_at != "")
    return [notice for rule in db.session.scalars(rules) for notice in _tell(rule, now)]


def _tell(rule: AlertRule, now: datetime) -> list[Notice]:
    due = from_paris(datetime.combine(to_paris(now).date(), time.fromisoformat(rule.daily_at)))
    told = select(Alert.id).where(Alert.rule == rule.name, Alert.opened_at >= due)
    if now < due or db.session.scalar(told.limit(1)) is not None:
        return []
    body = _body(now)
    if body is None:
        return []
    alert = Alert(
        rule=rule.name,
        level=rule.level,
        message=f"{rule.message} du {date_long(now)}",
        action="",
        state=AlertState.RESOLVED,
        since=now,
        opened_at=now,
        resolved_at=now,
        steps_done=1,
    )
    db.session.add(alert)
    db.session.flush()
    on_call = on_call_list()
    notices = [
        Notice(
            alert_ids=[alert.id],
            channel=channel,
            name=contact.name,
            address=address_of(contact, channel),
            subject=alert.message,
            body=body,
            created_at=now,
            next_attempt_at=now,
        )
        for step in level_facts()[rule.level].steps
        for contact, channel in recipients(step, on_call.contacts, on_call.sale, now)
    ]
    db.session.add_all(notices)
    words = ", ".join(notice.name for notice in notices) or "personne dans la liste d’astreinte"
    db.session.add(AlertEvent(alert_id=alert.id, kind=EventKind.NOTIFIED, words=f"Bilan : {words}", at=now))
    return notices


def _body(now: datetime) -> str | None:
    """None when there is nothing to tell of this day."""
    midnight = from_paris(datetime.combine(to_paris(now).date(), time()))
    of_today = select(Alert).where(Alert.opened_at >= midnight, Alert.level != Level.P4)
    alerts = list(db.session.scalars(of_today.order_by(Alert.opened_at)))
    edition = current_edition()
    selling = edition is not None and edition.state is EditionState.SELLING
    if not (selling or alerts):
        return None
    lines: list[str] = []
    if edition is not None and selling:
        live = live_figures(edition.id, now)
        lines = [
            edition.name,
            f"Ventes : {live.sales}, {format_euros(live.amount_cents)}",
            f"Articles vendus : {live.items_sold}, restants : {live.remaining} sur {live.offered}",
            "",
        ]
    lines.append(f"Alertes du jour : {len(alerts) or 'aucune'}")
    for alert in alerts:
        end = "résolue" if alert.state is AlertState.RESOLVED else "en cours"
        lines.append(f"- {alert.level} {alert.message} ({end})")
    return "\n".join(lines)
