"""The watch over the service, twice a minute: metrics are read, rules judged, people told.

It lives in a thread of the scheduler and asks neither the queue nor a worker. While the database is out of
reach there are no rules to read: a watchdog of its own raises that one alarm from what lies on the disk.
"""

import os
import threading
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import utcnow
from app.core.db import db, in_transaction
from app.monitoring.certificate import days_left
from app.monitoring.channels import ChannelSettings, channel_settings
from app.monitoring.on_call_copy import on_call_as_json
from app.monitoring.probing import NoAnswer, Server
from app.monitoring.readings import Outside, Readings
from app.monitoring.services.digest import tell_daily
from app.monitoring.services.escalating import escalate, tell_resolved
from app.monitoring.services.judging import judge
from app.monitoring.services.outages import record_outage
from app.monitoring.services.rules import add_missing_rules, alerts_data
from app.monitoring.services.service import note_service
from app.monitoring.services.telling import deliver_notices
from app.monitoring.watch_files import WatchFiles
from app.monitoring.watch_rules import Outage
from app.monitoring.watchdog import Pace, Watchdog
from app.monitoring.watchdog_exchange import on_call_list
from jobs.schedule import Task, run_due_tasks

log = structlog.get_logger()
EVERY = timedelta(seconds=30)
# Between two looks at the clock and the database.
PAUSE = timedelta(seconds=10)
TASK = Task("watch", "jobs.watch:watch", every=EVERY)
# An answer later than this is none.
ANSWER_SECONDS = 10.0
DATABASE_RULE = "alerte_base_donnees"


def keep_watch(app: Flask, stop: threading.Event) -> None:
    """Until `stop` is set. Of two schedulers one watches at a time: the database says whose turn it is.

    Should it ever end by itself, it sets `stop`: the scheduler ends with it, and is started again.
    """
    structlog.contextvars.bind_contextvars(service="batch")
    try:
        with app.app_context():
            database = DatabaseWatch()
            while not stop.is_set():
                _look(database)
                stop.wait(PAUSE.total_seconds())
    finally:
        stop.set()


def _look(database: "DatabaseWatch") -> None:
    try:
        if database.answers():
            run_due_tasks(utcnow(), (TASK,))
    except SQLAlchemyError as error:
        log.error("watch.database_lost", error=type(error).__name__)
    finally:
        db.session.remove()


def watch() -> None:
    """Everything that is done at one moment; each step is a transaction of its own."""
    now = utcnow()
    outside = look_from_outside(now)
    in_transaction(partial(note_service, now, outside.answers))
    in_transaction(add_missing_rules)
    in_transaction(partial(_judge, now, outside))
    deliver_notices(settings_of_channels())


def _judge(now: datetime, outside: Outside) -> None:
    judge(Readings(now, outside))
    db.session.flush()
    escalate(now)
    tell_resolved(now)
    tell_daily(now)


def look_from_outside(now: datetime) -> Outside:
    """As a browser on this machine: does the application answer, and how long does its certificate hold?"""
    try:
        Server(current_app.config["PROBE_URL"], "", ANSWER_SECONDS).probe()
    except NoAnswer as error:
        log.warning("watch.no_answer", reason=str(error))
        answers = False
    else:
        answers = True
    return Outside(answers, days_left(current_app.config["PUBLIC_URL"], now))


def settings_of_channels() -> ChannelSettings:
    return channel_settings(current_app.config, os.environ)


class DatabaseWatch:
    """The watchdog of the database: what it needs to tell people lies beside the data, as of the last good
    answer."""

    def __init__(self) -> None:
        data = alerts_data()
        rule = next(rule for rule in data["rules"] if rule["name"] == DATABASE_RULE)
        self._dog = Watchdog(
            _Database(),
            WatchFiles(Path(current_app.config["DATA_DIR"]) / "watch"),
            settings_of_channels(),
            data,
            Pace(PAUSE, timedelta(seconds=rule["for_seconds"])),
            rule=DATABASE_RULE,
        )

    def answers(self) -> bool:
        """Ask the database; raises the alarm when it has been silent too long. What happened is written down
        when it is back."""
        before = self._dog.outage
        good = self._dog.tick()
        if before is not None and self._dog.outage is None:
            in_transaction(partial(_remember, before))
        return good


class _Database:
    """The database as a watchdog asks it."""

    @property
    def url(self) -> str:
        return str(db.engine.url.render_as_string(hide_password=True))

    def probe(self) -> None:
        try:
            db.session.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise NoAnswer("base de données injoignable") from error
        finally:
            db.session.remove()

    def on_call(self) -> Any:
        try:
            return on_call_as_json(on_call_list())
        except SQLAlchemyError as error:
            raise NoAnswer("base de données injoignable") from error
        finally:
            db.session.remove()

    def hand_in(self, hours: list[dict[str, Any]]) -> None:
        """The service's own probes are counted already."""


def _remember(outage: Outage) -> None:
    record_outage(DATABASE_RULE, outage, utcnow())
