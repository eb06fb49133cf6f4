"""Alerts as the watch writes them, for tests of the pages that show them."""

from datetime import datetime, timedelta

from app.core.clock import utcnow
from app.core.db import db
from app.monitoring.escalation import Availability, Channel, Level, OnCallRole
from app.monitoring.models import Alert, AlertState, EventKind, Notice, NoticeState, OnCallContact
from app.monitoring.services.alerts import acknowledge
from app.monitoring.services.judging import note

TECHNICIAN = "Théo Garnier"


def open_alert(
    message: str, level: Level = Level.P2, *, subject: str = "", runbook: str = "", minutes_ago: int = 12
) -> Alert:
    """Somebody was told of it by SMS, and the e-mail did not leave."""
    since = utcnow() - timedelta(minutes=minutes_ago)
    alert = Alert(
        rule=f"alerte_{level.lower()}",
        subject=subject,
        live_key=f"{level}/{subject}/{message}"[:101],
        level=level,
        message=message,
        action="Vérifier le réseau, redémarrer la caisse.",
        runbook=runbook,
        state=AlertState.OPEN,
        since=since,
        opened_at=since,
        escalated_from=since,
    )
    db.session.add(alert)
    db.session.flush()
    note(alert, EventKind.OPENED, message, since)
    told_at = since + timedelta(minutes=5)
    note(alert, EventKind.NOTIFIED, f"SMS à {TECHNICIAN} (référent technique)", told_at)
    note(alert, EventKind.NOT_DELIVERED, f"E-mail à {TECHNICIAN} : pas parti. connexion refusée", told_at)
    send_notice(alert, Channel.SMS, "+33600000001", NoticeState.SENT, told_at)
    send_notice(alert, Channel.EMAIL, "theo@example.org", NoticeState.FAILED, told_at)
    return alert


def acknowledged_alert(message: str, level: Level = Level.P3) -> Alert:
    alert = open_alert(message, level)
    acknowledge(alert, TECHNICIAN, utcnow())
    return alert


def resolved_alert(message: str, level: Level = Level.P3, *, days_ago: int = 0) -> Alert:
    """It is over since then."""
    alert = open_alert(message, level, minutes_ago=days_ago * 1440 + 30)
    alert.state, alert.live_key = AlertState.RESOLVED, None
    alert.resolved_at = utcnow() - timedelta(days=days_ago)
    note(alert, EventKind.RESOLVED, "Revenu à la normale.", alert.resolved_at)
    db.session.flush()
    return alert


def send_notice(alert: Alert, channel: Channel, address: str, state: NoticeState, at: datetime) -> Notice:
    """A message about it to the technician, as it stands after its attempts."""
    notice = Notice(
        alert_ids=[alert.id],
        channel=channel,
        name=TECHNICIAN,
        address=address,
        subject=alert.message,
        body=f"{alert.message} Je m’en occupe : /alerts/taken/…",
        state=state,
        attempts=1,
        error="connexion refusée" if state is NoticeState.FAILED else "",
        created_at=at,
        sent_at=at if state is NoticeState.SENT else None,
    )
    db.session.add(notice)
    db.session.flush()
    return notice


def on_call(name: str = TECHNICIAN, role: OnCallRole = OnCallRole.TECHNICAL) -> OnCallContact:
    contact = OnCallContact(
        role=role,
        name=name,
        phone="+33612345678",
        email="theo.garnier@example.org",
        availability=Availability.AROUND_SALE,
    )
    db.session.add(contact)
    db.session.flush()
    return contact
