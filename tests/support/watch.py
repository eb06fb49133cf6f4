"""The watch over the service with its clock in the test's hand, and the sinks its messages end in."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
import yaml
from flask import Flask
from sqlalchemy import select

from app.core.db import db
from app.monitoring.escalation import Availability, OnCallRole
from app.monitoring.models import Alert, AlertState, OnCallContact
from jobs.watch import watch
from tests.support.http_sink import Answer, HttpSink, http_sink
from tests.support.smtp_sink import SmtpSink, smtp_sink

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WELL = Answer(200, '{"status": "ok"}')
# Who is told of what, in the order of the escalation.
TEAM = (
    (OnCallRole.TECHNICAL, "Théo", "+33600000001", "theo@example.org"),
    (OnCallRole.TECHNICAL_BACKUP, "Bea", "+33600000002", "bea@example.org"),
    (OnCallRole.MANAGER, "Max", "+33600000003", "max@example.org"),
    (OnCallRole.ADMINISTRATOR, "Ada", "", "ada@example.org"),
)


class Watching:
    """`pass_minutes(5)`: the watch looks every thirty seconds, or less often. `told()`: (minutes since noon,
    channel, whom) of every message that arrived, in order."""

    def __init__(
        self, web: HttpSink, gateway: HttpSink, mail: SmtpSink, clock: time_machine.Traveller
    ) -> None:
        self.web, self.gateway, self.mail = web, gateway, mail
        self.clock, self.minutes = clock, 0.0
        self._told: list[tuple[float, str, str]] = []

    def look(self) -> None:
        watch()
        db.session.expire_all()
        self._collect()

    def pass_minutes(self, minutes: float, every: float = 0.5) -> None:
        for _ in range(round(minutes / every)):
            self.clock.shift(timedelta(minutes=every))
            self.minutes += every
            self.look()

    def told(self) -> list[tuple[float, str, str]]:
        return self._told

    def texts(self) -> list[str]:
        """What was said over the phone, and the subjects of the mails."""
        spoken = [json.loads(request.body)["text"] for request in self.gateway.requests]
        return [*spoken, *(str(message["Subject"]) for message in self.mail.messages)]

    def alert(self, rule: str, subject: str = "") -> Alert:
        """The latest one of a rule."""
        alerts = select(Alert).where(Alert.rule == rule, Alert.subject == subject)
        return db.session.scalars(alerts.order_by(Alert.id.desc()).limit(1)).one()

    def open_rules(self) -> set[str]:
        live = select(Alert.rule).where(Alert.state.in_((AlertState.OPEN, AlertState.ACKNOWLEDGED)))
        return set(db.session.scalars(live))

    def _collect(self) -> None:
        phoned = [json.loads(request.body) for request in self.gateway.requests]
        known = sum(channel != "email" for _, channel, _ in self._told)
        names = {phone: name for _, name, phone, _ in TEAM} | {mail: name for _, name, _, mail in TEAM}
        self._told += [(self.minutes, body["kind"], names[body["to"]]) for body in phoned[known:]]
        mailed = sum(channel == "email" for _, channel, _ in self._told)
        self._told += [(self.minutes, "email", names[to]) for to in self.mail.recipients[mailed:]]


@pytest.fixture
def gateway() -> Iterator[HttpSink]:
    with http_sink() as sink:
        yield sink


@pytest.fixture
def mail() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def watching(app: Flask, gateway: HttpSink, mail: SmtpSink, tmp_path: Path) -> Iterator[Watching]:
    """At noon, with everybody on call and all channels set to sinks; the application answers."""
    for kind in ("sms", "call"):
        fields = {"kind": kind, "to": "{to}", "text": "{text}"}
        (tmp_path / f"{kind}.yaml").write_text(yaml.safe_dump({"url": gateway.url, "fields": fields}))
    for role, name, phone, email in TEAM:
        contact = OnCallContact(
            role=role, name=name, phone=phone, email=email, availability=Availability.ALWAYS
        )
        db.session.add(contact)
    db.session.commit()
    with http_sink() as web, time_machine.travel(NOON, tick=False) as clock:
        web.answers = [WELL]
        app.config.update(
            SMTP_URL=mail.url,
            SMS_GATEWAY=str(tmp_path / "sms.yaml"),
            CALL_GATEWAY=str(tmp_path / "call.yaml"),
            PROBE_URL=web.url,
        )
        watching = Watching(web, gateway, mail, clock)
        watching.look()
        yield watching
