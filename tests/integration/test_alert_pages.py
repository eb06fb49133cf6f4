"""The pages of alerts, rules and on-call list, and the life of an alert seen from them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Role, User
from app.core.clock import utcnow
from app.core.db import db
from app.monitoring.escalation import Channel, Level
from app.monitoring.models import AlertRule, AlertSilence, AlertState, Notice, NoticeState, OnCallContact
from app.monitoring.services.rules import add_missing_rules
from tests.factories import EditionFactory, UserFactory
from tests.support.http_sink import Answer, HttpSink
from tests.support.smtp_sink import SmtpSink
from tests.support.watch import Watching

SignIn = Callable[[FlaskClient, User], FlaskClient]


@pytest.fixture
def manager(app: Flask, client: FlaskClient, login: SignIn) -> FlaskClient:
    return login(client, UserFactory(role=Role.MANAGER, first_name="Max", last_name="Fabre"))


@pytest.fixture
def down(watching: Watching) -> Watching:
    """The application has been down for long enough that the first person was told."""
    watching.web.answers = [Answer(503, "{}")]
    watching.pass_minutes(8, every=1)
    return watching


def link_in(text: str) -> str:
    found = re.search(r"/alerts/taken/\S+", text)
    assert found
    return found[0]


@pytest.mark.slow
def test_who_takes_charge_from_the_message_stops_the_escalation(down: Watching, client: FlaskClient) -> None:
    link = link_in(down.texts()[0])
    shown = client.get(link)
    assert "CRITIQUE : application non accessible" in shown.text
    down.pass_minutes(0.5)
    assert down.alert("alerte_systeme_down").state is AlertState.OPEN, "looking changes nothing"
    assert "Merci Théo" in client.post(link).text
    again = client.get(link).text
    assert "plus rien à prendre en charge" in again
    assert "Merci" not in again
    down.pass_minutes(60, every=10)
    assert {name for _, _, name in down.told()} == {"Théo"}
    alert = down.alert("alerte_systeme_down")
    assert (alert.state, alert.acknowledged_by) == (AlertState.ACKNOWLEDGED, "Théo")


@pytest.mark.slow
def test_the_message_leads_to_what_to_do(down: Watching) -> None:
    down.pass_minutes(25)
    mails = db.session.scalars(select(Notice.body).where(Notice.channel == Channel.EMAIL)).all()
    assert mails
    assert all(
        "RUN-006 : http" in body and "/aide/administrateur#le-serveur-ne-r%C3%A9pond-plus" in body
        for body in mails
    )


def test_a_changed_or_old_link_says_so(down: Watching, client: FlaskClient) -> None:
    link = link_in(down.texts()[0])
    assert client.post(f"{link}x").status_code == 404
    down.clock.shift(timedelta(days=8))
    assert client.post(link).status_code == 404
    assert down.alert("alerte_systeme_down").state is AlertState.OPEN


def test_the_secret_of_the_link_is_not_kept(down: Watching) -> None:
    bodies = db.session.scalars(select(Notice.body)).all()
    assert any("/alerts/taken/…" in body for body in bodies)
    assert not any(link_in(down.texts()[0]) in body for body in bodies)


@pytest.mark.slow
def test_the_manager_takes_charge_on_the_page(down: Watching, manager: FlaskClient) -> None:
    page = manager.get("/alerts").text
    assert "CRITIQUE : application non accessible" in page
    alert = down.alert("alerte_systeme_down")
    answer = manager.post(f"/alerts/{alert.id}/acknowledgement", follow_redirects=True)
    assert "Max Fabre s’en occupe." in answer.text
    assert "SMS à Théo (référent technique)" in answer.text
    down.pass_minutes(60, every=10)
    assert {name for _, _, name in down.told()} == {"Théo"}


@pytest.mark.slow
def test_during_a_maintenance_nobody_is_told_but_afterwards(watching: Watching, manager: FlaskClient) -> None:
    manager.post("/alerts/silences", data={"minutes": "30", "reason": "Mise à jour"})
    watching.web.answers = [Answer(503, "{}")]
    watching.pass_minutes(2.5)
    watching.pass_minutes(27, every=3)
    assert watching.open_rules() == {"alerte_systeme_down"}
    assert watching.told() == []
    watching.pass_minutes(6)
    assert watching.told() == [(35.0, "sms", "Théo"), (35.0, "call", "Théo")]


@pytest.mark.slow
def test_a_maintenance_ended_early_is_over(watching: Watching, manager: FlaskClient) -> None:
    manager.post("/alerts/silences", data={"minutes": "480", "reason": "Mise à jour"})
    silence = db.session.scalars(select(AlertSilence)).one()
    assert "Mise à jour" in manager.get("/alerts").text
    watching.web.answers = [Answer(503, "{}")]
    watching.pass_minutes(10, every=2.5)
    assert watching.told() == []
    manager.post(f"/alerts/silences/{silence.id}/end")
    watching.pass_minutes(5, every=2.5)
    assert watching.told() == [(15.0, "sms", "Théo"), (15.0, "call", "Théo")]


@pytest.mark.slow
def test_several_alerts_are_one_message(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    full = type("Usage", (), {"total": 100, "used": 90, "free": 10})
    monkeypatch.setattr("shutil.disk_usage", lambda path: full)
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"percent": 95.0}))
    rule = AlertRule(
        name="alerte_memoire",
        label="Mémoire",
        level="P3",
        conditions=[{"metric": "memory_usage_percent", "op": ">", "threshold": 90}],
        message="MINEUR : mémoire à {memory_usage_percent} %",
    )
    db.session.add(rule)
    db.session.commit()
    watching.pass_minutes(5.5)
    [message] = watching.mail.messages
    assert message["Subject"] == "[P3] 2 alertes : MINEUR : disque occupé à 90 %…"
    assert "mémoire à 95 %" in message.get_content()


@pytest.mark.slow
def test_a_message_that_does_not_leave_is_tried_again(
    watching: Watching, gateway: HttpSink, mail: SmtpSink
) -> None:
    gateway.answers = [Answer(503, "busy"), Answer(503, "busy"), Answer()]
    watching.web.answers = [Answer(503, "{}")]
    watching.pass_minutes(7.5)
    notices = db.session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [notice.state for notice in notices] == [NoticeState.QUEUED, NoticeState.QUEUED]
    assert "503" in notices[0].error
    watching.pass_minutes(0.5)
    assert [notice.state for notice in notices] == [NoticeState.SENT, NoticeState.SENT]
    assert notices[0].attempts == 2


def test_a_threshold_is_changed(manager: FlaskClient) -> None:
    add_missing_rules()
    db.session.commit()
    rule = db.session.scalars(select(AlertRule).where(AlertRule.name == "alerte_disque")).one()
    page = manager.get(f"/alert-rules/{rule.id}").text
    assert 'value="85"' in page
    data = {
        "label": rule.label,
        "level": "P2",
        "message": rule.message,
        "action": rule.action,
        "first-metric": "disk_usage_percent",
        "first-op": ">",
        "first-threshold": "90,5",
        "first-clear": "88",
        "second-metric": "",
        "second-op": ">",
        "for_minutes": "2,5",
        "enabled": "y",
    }
    assert manager.post(f"/alert-rules/{rule.id}", data=data).status_code == 303
    db.session.expire_all()
    assert rule.conditions == [
        {"metric": "disk_usage_percent", "op": ">", "threshold": 90.5, "clear": 88.0},
    ]
    assert (rule.level, rule.for_seconds, rule.name) == ("P2", 150, "alerte_disque")
    refused = manager.post(f"/alert-rules/{rule.id}", data={**data, "first-clear": "95"})
    assert refused.status_code == 422
    assert "de l’autre côté du seuil" in refused.text
    assert "95" in refused.text
    refused = manager.post(f"/alert-rules/{rule.id}", data={**data, "first-threshold": "beaucoup"})
    assert '<a href="#first-threshold">Seuil</a> : Écrivez un nombre' in refused.text


def test_a_million_is_shown_in_full_and_taken_back_as_shown(manager: FlaskClient) -> None:
    condition = {"metric": "ventes_offline_pending", "op": ">", "threshold": 1_000_000.0}
    rule = AlertRule(name="a", label="Trop de ventes", level=Level.P3, message="Trop", conditions=[condition])
    db.session.add(rule)
    db.session.commit()
    assert "plus de 1\u202f000\u202f000\u00a0ventes" in manager.get("/alert-rules").text
    assert 'value="1\u202f000\u202f000"' in manager.get(f"/alert-rules/{rule.id}").text
    data = {
        "label": "Trop de ventes",
        "level": "P3",
        "message": "Trop",
        "second-metric": "",
        "second-op": ">",
    }
    data |= {
        "first-metric": "ventes_offline_pending",
        "first-op": ">",
        "first-threshold": "1\u202f000\u202f000",
    }
    assert manager.post(f"/alert-rules/{rule.id}", data=data).status_code == 303
    db.session.expire_all()
    assert rule.conditions == [condition]


def test_the_rules_are_told_in_words(manager: FlaskClient) -> None:
    add_missing_rules()
    db.session.commit()
    page = manager.get("/alert-rules").text.replace("\u00a0", " ")
    for words in (
        "L’application ne répond pas",
        "Ventes qui attendent dans les caisses : plus de 100 ventes, et synchronisations manquées",
        "Codes non lus : plus de 10 codes en 15 min",
        "Certificat encore valable : moins de 30 jours",
        "Tous les jours à 20 h 00",
    ):
        assert words in page


def test_a_rule_is_added_on_two_metrics_and_removed(manager: FlaskClient) -> None:
    data = {
        "label": "Travaux en retard",
        "level": "P3",
        "message": "Travaux en retard",
        "first-metric": "jobs_waiting_seconds",
        "first-op": ">",
        "first-threshold": "600",
        "second-metric": "caisses_actives",
        "second-op": ">",
        "second-threshold": "0",
        "enabled": "y",
    }
    assert manager.post("/alert-rules/new", data=data).status_code == 303
    rule = db.session.scalars(select(AlertRule).where(AlertRule.name == "alerte_travaux_en_retard")).one()
    assert len(rule.conditions) == 2
    assert "Travaux en retard" in manager.get("/alert-rules").text
    manager.post(f"/alert-rules/{rule.id}/removal")
    db.session.expire_all()
    assert db.session.scalars(select(AlertRule.name)).all() == []


def test_the_on_call_list_is_kept_and_tried(manager: FlaskClient, app: Flask, mail: SmtpSink) -> None:
    app.config["SMTP_URL"] = mail.url
    data = {
        "role": "technical",
        "name": "Odile",
        "phone": "06 12 34 56 78",
        "email": "",
        "availability": "always",
    }
    assert "Personne n’est d’astreinte" in manager.get("/on-call").text
    assert manager.post("/on-call/new", data={**data, "phone": "123"}).status_code == 422
    assert "téléphone ou une adresse" in manager.post("/on-call/new", data={**data, "phone": ""}).text
    assert manager.post("/on-call/new", data={**data, "email": "Odile@Example.org"}).status_code == 303
    contact = db.session.scalars(select(OnCallContact)).one()
    assert (contact.phone, contact.email) == ("+33612345678", "odile@example.org")
    answer = manager.post(f"/on-call/{contact.id}/test/email", follow_redirects=True)
    assert "L’essai est parti" in answer.text
    assert mail.recipients == ["odile@example.org"]
    answer = manager.post(f"/on-call/{contact.id}/test/sms", follow_redirects=True)
    assert "SMS_GATEWAY" in answer.text
    manager.post(f"/on-call/{contact.id}/removal")
    assert db.session.scalars(select(OnCallContact)).all() == []


def test_the_dashboard_tells_alerts_in_words(down: Watching, manager: FlaskClient, app: Flask) -> None:
    edition = EditionFactory()
    db.session.commit()
    page = manager.get(f"/editions/{edition.id}/live").text
    assert "CRITIQUE : application non accessible" in page
    down.web.answers = [Answer(200, '{"status": "ok"}')]
    down.pass_minutes(1)
    assert "revenu à la normale" in manager.get(f"/editions/{edition.id}/live").text
    alert = down.alert("alerte_systeme_down")
    alert.opened_at = alert.resolved_at  # as the digest of a day, which was no trouble
    db.session.commit()
    assert "revenu à la normale" not in manager.get(f"/editions/{edition.id}/live").text
    assert utcnow() > down.alert("alerte_systeme_down").since
