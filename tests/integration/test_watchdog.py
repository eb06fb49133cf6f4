"""The watchdog against real answers, sinks and files; its clock is moved, it never sleeps."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
import yaml
from sqlalchemy import select
from structlog.testing import capture_logs

from app.cli.support.processes import Process, wait_until
from app.core.db import db
from app.monitoring.channels import ChannelSettings, channel_settings
from app.monitoring.escalation import Availability, Contact, OnCallRole
from app.monitoring.models import Observer, OnCallContact, ServiceHour
from app.monitoring.on_call_copy import OnCall, on_call_as_json
from app.monitoring.probing import Server
from app.monitoring.watch_files import WatchFiles
from app.monitoring.watchdog import EXCHANGE_EVERY, Pace, Watchdog
from config.settings import ROOT
from tests.support.databases import Databases
from tests.support.http_sink import Answer, HttpSink, http_sink
from tests.support.server import LiveServer
from tests.support.smtp_sink import SmtpSink

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ALERTS = yaml.safe_load((ROOT / "config" / "alerts.yaml").read_text())
TEAM = OnCall(
    (
        Contact(OnCallRole.TECHNICAL, "Théo", "+33600000001", "theo@example.org", Availability.ALWAYS),
        Contact(OnCallRole.TECHNICAL_BACKUP, "Bea", "+33600000002", "", Availability.ALWAYS),
        Contact(OnCallRole.ADMINISTRATOR, "Ada", "", "ada@example.org", Availability.ALWAYS),
    )
)
WELL, BROKEN = Answer(200, '{"status": "ok"}'), Answer(503, '{"database": "unreachable"}')


@pytest.fixture
def server() -> Iterator[HttpSink]:
    """What the watchdog takes for the application: all is well."""
    with http_sink() as sink:
        sink.answers = [WELL]
        yield sink


@pytest.fixture
def channels(gateway: HttpSink, mail: SmtpSink, tmp_path: Path) -> ChannelSettings:
    return channel_settings(by_sinks(gateway, mail, tmp_path), {})


def by_sinks(gateway: HttpSink, mail: SmtpSink, directory: Path) -> dict[str, str]:
    """The settings that hand everything to sinks."""
    for kind in ("sms", "call"):
        fields = {"kind": kind, "to": "{to}", "text": "{text}"}
        (directory / f"{kind}.yaml").write_text(yaml.safe_dump({"url": gateway.url, "fields": fields}))
    return {
        "SMTP_URL": mail.url,
        "MAIL_FROM": "Surveillance <w@example.org>",
        "SMS_GATEWAY": str(directory / "sms.yaml"),
        "CALL_GATEWAY": str(directory / "call.yaml"),
    }


def taken(gateway: HttpSink) -> list[tuple[str, str]]:
    """(kind, number) of what the gateway was given."""
    bodies = [json.loads(request.body) for request in gateway.requests]
    return [(body["kind"], body["to"]) for body in bodies]


class Sitting:
    """A watchdog whose clock a test moves, and which can be started again on its files."""

    def __init__(
        self, server: HttpSink, channels: ChannelSettings, directory: Path, given: OnCall | None = TEAM
    ) -> None:
        self._server, self._channels, self._directory, self._given = server, channels, directory, given
        self.clock = time_machine.travel(NOON, tick=False)
        self.traveller = self.clock.start()
        self.restart()

    def restart(self) -> None:
        self.dog = Watchdog(
            Server(self._server.url, "the-token", 2),
            WatchFiles(self._directory),
            self._channels,
            ALERTS,
            Pace(),
            self._given,
            exchanges=self._given is None,
        )

    def pass_minutes(self, minutes: float) -> None:
        """A tick every thirty seconds."""
        for _ in range(round(minutes * 2)):
            self.traveller.shift(timedelta(seconds=30))
            self.dog.tick()


@pytest.fixture
def sitting(server: HttpSink, channels: ChannelSettings, tmp_path: Path) -> Iterator[Sitting]:
    sitting = Sitting(server, channels, tmp_path / "state")
    yield sitting
    sitting.clock.stop()


def test_nothing_is_said_while_all_is_well(sitting: Sitting, gateway: HttpSink, mail: SmtpSink) -> None:
    sitting.pass_minutes(10)
    assert (taken(gateway), mail.messages) == ([], [])


@pytest.mark.slow
def test_an_outage_from_its_alarm_to_its_end(
    sitting: Sitting, server: HttpSink, gateway: HttpSink, mail: SmtpSink
) -> None:
    sitting.pass_minutes(1)
    server.answers = [BROKEN]
    sitting.pass_minutes(1.5)
    assert taken(gateway) == []
    sitting.pass_minutes(0.5)
    assert taken(gateway) == [("sms", "+33600000001"), ("call", "+33600000001")]
    said = json.loads(gateway.requests[0].body)["text"]
    assert "application non accessible depuis 13 h 01 (base de données injoignable)" in said
    sitting.pass_minutes(12.5)
    assert len(taken(gateway)) == 2
    sitting.pass_minutes(0.5)
    assert taken(gateway)[2:] == [("sms", "+33600000002"), ("call", "+33600000002")]
    sitting.pass_minutes(44.5)
    assert mail.recipients == []
    sitting.pass_minutes(0.5)
    assert mail.recipients == ["ada@example.org"], "an hour after the outage began"
    server.answers = [WELL]
    sitting.pass_minutes(0.5)
    assert len(taken(gateway)) == 4, "one good answer may be luck"
    sitting.pass_minutes(0.5)
    assert taken(gateway)[4:] == [("sms", "+33600000001"), ("sms", "+33600000002")]
    assert mail.recipients == ["ada@example.org"] * 2
    assert "1 h 00 d’interruption" in mail.messages[1].get_content()
    sitting.pass_minutes(5)
    assert len(taken(gateway)) == 6


def test_a_restart_neither_forgets_an_alarm_nor_repeats_it(
    sitting: Sitting, server: HttpSink, gateway: HttpSink
) -> None:
    sitting.pass_minutes(0.5)
    server.answers = [BROKEN]
    sitting.pass_minutes(2)
    assert len(taken(gateway)) == 2
    sitting.restart()
    sitting.pass_minutes(5)
    assert len(taken(gateway)) == 2
    server.answers = [WELL]
    sitting.restart()
    sitting.pass_minutes(1)
    assert len(taken(gateway)) == 3


def test_what_was_not_delivered_is_tried_at_every_tick_and_logged(
    sitting: Sitting, server: HttpSink, gateway: HttpSink
) -> None:
    sitting.pass_minutes(0.5)
    server.answers, gateway.answers = [BROKEN], [Answer(500)]
    sitting.pass_minutes(2)
    gateway.answers = [Answer(200)]
    sitting.restart()
    with capture_logs() as lines:
        sitting.pass_minutes(0.5)
    assert taken(gateway) == [("sms", "+33600000001"), ("call", "+33600000001")] * 2
    told = [line for line in lines if line["event"] == "watchdog.told"]
    assert [(line["role"], line["channel"], line["attempt"]) for line in told] == [
        ("technical", "sms", 2),
        ("technical", "call", 2),
    ]
    assert not any("+336" in str(line) or "Théo" in str(line) for line in lines), "nobody's business"


def test_a_refused_phone_gets_a_mail(
    sitting: Sitting, server: HttpSink, gateway: HttpSink, mail: SmtpSink
) -> None:
    sitting.pass_minutes(0.5)
    server.answers, gateway.answers = [BROKEN], [Answer(401)]
    sitting.pass_minutes(2.5)
    assert mail.recipients == ["theo@example.org"]
    sitting.pass_minutes(5)
    assert mail.recipients == ["theo@example.org"]


@pytest.mark.slow
def test_who_takes_charge_stops_the_rest(
    sitting: Sitting, server: HttpSink, gateway: HttpSink, tmp_path: Path
) -> None:
    sitting.pass_minutes(0.5)
    server.answers = [BROKEN]
    sitting.pass_minutes(3)
    done = command("ack", "--state", str(tmp_path / "state"))
    assert (done.returncode, done.stderr) == (0, "")
    sitting.pass_minutes(90)
    assert len(taken(gateway)) == 2
    server.answers = [WELL]
    sitting.pass_minutes(1)
    assert len(taken(gateway)) == 3


def test_the_list_comes_with_a_good_answer_and_stays_on_disk(
    server: HttpSink, channels: ChannelSettings, tmp_path: Path, gateway: HttpSink
) -> None:
    server.by_path["/watchdog/on-call"] = Answer(200, json.dumps(on_call_as_json(TEAM)))
    sitting = Sitting(server, channels, tmp_path / "state", given=None)
    try:
        sitting.pass_minutes(5.5)
        asked = [request for request in server.requests if request.path == "/watchdog/on-call"]
        assert len(asked) == 5.5 // (EXCHANGE_EVERY / timedelta(minutes=1)) + 1
        assert asked[0].headers["Authorization"] == "Bearer the-token"
        server.by_path["/watchdog/on-call"] = Answer(200, '{"contacts": []}')
        sitting.pass_minutes(10)
        server.answers = [BROKEN]
        sitting.restart()
        sitting.pass_minutes(2.5)
        assert taken(gateway)[0] == ("sms", "+33600000001")
    finally:
        sitting.clock.stop()


@pytest.mark.slow
def test_measures_are_handed_in_until_they_are_taken(
    server: HttpSink, channels: ChannelSettings, tmp_path: Path
) -> None:
    server.by_path["/watchdog/on-call"] = Answer(200, json.dumps(on_call_as_json(TEAM)))
    server.by_path["/watchdog/probes"] = Answer(500)
    sitting = Sitting(server, channels, tmp_path / "state", given=None)
    try:
        sitting.pass_minutes(70)
        assert len([r for r in server.requests if r.path == "/watchdog/probes"]) == 140, "with every answer"
        handed = [json.loads(r.body) for r in server.requests if r.path == "/watchdog/probes"]
        assert handed[-1]["hours"][0] == {"hour": NOON.isoformat(), "probes": 119, "failed": 0}
        server.by_path["/watchdog/probes"] = Answer(200)
        sitting.pass_minutes(10)
        handed = [json.loads(r.body) for r in server.requests if r.path == "/watchdog/probes"]
        assert [hour["hour"][11:13] for hour in handed[-1]["hours"]] == ["13"]
    finally:
        sitting.clock.stop()


def test_a_page_that_answers_in_its_place_is_no_answer(
    sitting: Sitting, server: HttpSink, gateway: HttpSink
) -> None:
    server.answers = [Answer(200, "<h1>Wi-Fi de la mairie</h1>")]
    sitting.pass_minutes(3)
    assert "une autre page répond à sa place" in json.loads(gateway.requests[0].body)["text"]


def test_a_full_disk_does_not_silence_the_alarm(
    sitting: Sitting, server: HttpSink, gateway: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(WatchFiles, "save", full)
    server.answers = [BROKEN]
    sitting.pass_minutes(3)
    assert len(taken(gateway)) == 2


def command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`./bourse watchdog …` with nothing of this machine's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "watchdog", *arguments],
        cwd=ROOT,
        env={**kept, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "environ", "code", "said"),
    [
        ([], {}, 2, "Donnez l’adresse"),
        (["--url", "bourse.example.org"], {}, 2, "Écrivez l’adresse"),
        (["--url", "http://127.0.0.1:1", "--interval", "0"], {}, 2, "0.0 is not in the range"),
        (["--url", "http://127.0.0.1:1"], {}, 1, "Aucun moyen de prévenir"),
        (["--url", "http://127.0.0.1:1"], {"SMS_GATEWAY": "pigeon"}, 1, "n’est ni un fichier"),
        (["--url", "http://127.0.0.1:1"], {"SMTP_URL": "smtp://127.0.0.1"}, 1, "Personne à prévenir"),
        (["ack"], {}, 1, "Aucune alerte en cours"),
        (["try"], {"SMTP_URL": "smtp://127.0.0.1"}, 1, "La liste d’astreinte est vide"),
    ],
)
def test_refusals_are_one_line(
    arguments: list[str], environ: dict[str, str], code: int, said: str, tmp_path: Path
) -> None:
    done = command(*arguments, DATA_DIR=str(tmp_path), **environ)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_channels_can_be_tried(gateway: HttpSink, mail: SmtpSink, tmp_path: Path) -> None:
    contacts = tmp_path / "contacts.yaml"
    contacts.write_text(json.dumps(on_call_as_json(TEAM)))
    settings = by_sinks(gateway, mail, tmp_path)
    done = command("try", "--contacts", str(contacts), DATA_DIR=str(tmp_path), **settings)
    assert done.returncode == 0
    assert len(taken(gateway)) == 4
    assert sorted(mail.recipients) == ["ada@example.org", "theo@example.org"]
    gateway.answers = [Answer(401)]
    done = command("try", "--contacts", str(contacts), DATA_DIR=str(tmp_path), **settings)
    assert done.returncode == 1
    assert "Théo, sms : La passerelle refuse le message (401)" in done.stderr


@pytest.mark.slow
def test_it_starts_without_database_or_flask() -> None:
    code = "import sys, app.cli.watchdog; print(sorted({'sqlalchemy', 'flask', 'redis'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.servers
@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_frozen_server_wakes_people_and_its_return_is_told(
    databases: Databases, tmp_path: Path, gateway: HttpSink, mail: SmtpSink
) -> None:
    contacts = tmp_path / "contacts.yaml"
    contacts.write_text(json.dumps(on_call_as_json(TEAM)))
    web = LiveServer(databases.create(), tmp_path / "web")
    options = ["--contacts", str(contacts), "--interval", "0.5", "--timeout", "2", "--after", "4"]
    environ = {**os.environ, **by_sinks(gateway, mail, tmp_path), "DATA_DIR": str(tmp_path)}
    watchdog = [sys.executable, "-m", "app.cli", "watchdog", "--url", web.url, *options]
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(web.close)
        web.start()
        dog = Process(watchdog, tmp_path / "watchdog.log", environ)
        at_the_end.callback(dog.stop)
        state = tmp_path / "watchdog" / "state.json"
        wait_until(
            lambda: state.exists() and bool(WatchFiles(state.parent).load().last_good), "a good answer"
        )
        web.freeze()
        wait_until(lambda: len(taken(gateway)) == 2, "the alarm", seconds=30)
        assert taken(gateway) == [("sms", "+33600000001"), ("call", "+33600000001")]
        outage = WatchFiles(state.parent).load().outage
        assert outage
        assert outage.alarmed_at - outage.began >= timedelta(seconds=4)
        web.thaw()
        wait_until(lambda: len(taken(gateway)) == 3, "the end", seconds=30)
        assert "RÉTABLI" in json.loads(gateway.requests[2].body)["text"]
        os.kill(dog.pid, signal.SIGTERM)
        wait_until(lambda: not dog.running, "the watchdog's end", seconds=30)
        lines = [json.loads(line) for line in dog.last_output().splitlines() if line.startswith("{")]
        assert {"watchdog.alarm", "watchdog.told", "watchdog.back"} <= {line["action"] for line in lines}


@pytest.mark.servers
@pytest.mark.parametrize("backend", ["sqlite"])
def test_it_takes_the_list_home_and_hands_in_its_hours(
    databases: Databases, tmp_path: Path, gateway: HttpSink, mail: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_TOKEN", "a-token-of-its-own")
    web = LiveServer(databases.create(), tmp_path / "web")
    environ = {**os.environ, **by_sinks(gateway, mail, tmp_path), "DATA_DIR": str(tmp_path)}
    options = ["--interval", "0.5", "--timeout", "3", "--after", "4"]
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(web.close)
        with web.app.app_context():
            db.session.add(
                OnCallContact(
                    role=OnCallRole.MANAGER,
                    name="Mina",
                    phone="+33600000003",
                    email="",
                    availability=Availability.ALWAYS,
                )
            )
            db.session.commit()
        web.start()
        watchdog = [sys.executable, "-m", "app.cli", "watchdog", "--url", web.url, *options]
        at_the_end.callback(Process(watchdog, tmp_path / "watchdog.log", environ).stop)
        files = WatchFiles(tmp_path / "watchdog")
        wait_until(lambda: bool(files.load_on_call().contacts), "the on-call list", seconds=30)

        def hours() -> list[ServiceHour]:
            with web.app.app_context():
                return list(db.session.scalars(select(ServiceHour)))

        wait_until(lambda: bool(hours()), "the first hour", seconds=30)
        assert {hour.observer for hour in hours()} == {Observer.WATCHDOG}
        assert sum(hour.probes - hour.failed_probes for hour in hours()) >= 1
        web.freeze()
        wait_until(lambda: len(taken(gateway)) == 2, "the alarm", seconds=30)
        assert taken(gateway) == [("sms", "+33600000003"), ("call", "+33600000003")]
