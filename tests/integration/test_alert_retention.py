"""What was told of alerts, with names and addresses, does not stay without end."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from app.core.clock import utcnow
from app.core.db import Model, db
from app.monitoring.models import Alert, AlertEvent, AlertSilence, AlertState, Notice
from jobs.schedule import TASKS, run_due_tasks
from tests.support.alerts import open_alert, resolved_alert

NIGHT = tuple(task for task in TASKS if task.name == "alerts")


def stored(model: type[Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def maintenance(days_ago: int) -> None:
    end = utcnow() - timedelta(days=days_ago)
    db.session.add(AlertSilence(starts_at=end - timedelta(hours=1), ends_at=end, reason="Mise à jour"))


def test_alerts_of_more_than_a_year_ago_are_forgotten_with_whom_they_were_told(app: Flask) -> None:
    resolved_alert("MINEUR : disque occupé à 86 %", days_ago=366)
    kept = resolved_alert("MINEUR : disque occupé à 91 %", days_ago=364)
    now_open = open_alert("MAJEUR : caisse C3 hors connexion depuis 31 min")
    maintenance(366)
    maintenance(364)
    db.session.commit()
    assert run_due_tasks(utcnow(), NIGHT) == ["alerts"]
    db.session.expire_all()
    assert list(db.session.scalars(select(Alert.id).order_by(Alert.id))) == [kept.id, now_open.id]
    of_whom = {alert_id for notice in db.session.scalars(select(Notice)) for alert_id in notice.alert_ids}
    assert of_whom == {kept.id, now_open.id}
    assert set(db.session.scalars(select(AlertEvent.alert_id))) == {kept.id, now_open.id}
    assert stored(AlertSilence) == 1


def test_an_alert_that_still_stands_stays_without_its_oldest_messages(app: Flask) -> None:
    alert = open_alert("MINEUR : le certificat expire dans 12,0 jours", minutes_ago=366 * 1440)
    db.session.commit()
    run_due_tasks(utcnow(), NIGHT)
    db.session.expire_all()
    assert alert.state is AlertState.OPEN
    assert len(alert.events) == 3
    assert stored(Notice) == 0
