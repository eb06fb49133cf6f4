"""What happens by itself at its time. One scheduler acts at a time, and a run missed while everything was
off is caught up once: the database remembers when each task was last due."""

import signal
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from importlib import import_module

import sentry_sdk
import structlog
from flask import Flask, current_app
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import utcnow
from app.core.dates import from_paris, to_paris
from app.core.db import db, failure_event, in_transaction
from app.core.errors import DomainError
from app.deposits.services import invitations
from app.operations.models import ScheduledRun
from jobs.queue import connect

log = structlog.get_logger()
LEADER_KEY = "bourse:scheduler"
LEADER_SECONDS = 30
TICK_SECONDS = 5.0
# What may be refused to a task, and what a defect in it raises. Anything else ends the scheduler, which is
# started again.
REFUSALS = (DomainError, SQLAlchemyError, RedisError, OSError)
DEFECTS = (ArithmeticError, AttributeError, ImportError, LookupError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True)
class Task:
    """`function` is `module:name`, called without arguments; it commits its own work, is quick, and may
    return a sentence on what it did. `every` is an interval, `daily_at` a wall-clock time in France."""

    name: str
    function: str
    every: timedelta | None = None
    daily_at: time | None = None

    def last_due(self, now: datetime) -> datetime:
        """The latest moment, not after `now`, at which the task was due (UTC)."""
        if self.every is not None:
            seconds = int(self.every.total_seconds())
            stamp = int(now.timestamp())
            return datetime.fromtimestamp(stamp - stamp % seconds, tz=now.tzinfo)
        assert self.daily_at is not None
        today = to_paris(now).date()
        due = from_paris(datetime.combine(today, self.daily_at))
        return due if due <= now else from_paris(datetime.combine(today - timedelta(days=1), self.daily_at))


MINUTE = timedelta(minutes=1)
TASKS = (
    Task("jobs", "jobs.recovery:hand_over_stranded_jobs", every=MINUTE),
    Task("mail", "jobs.recovery:deliver_waiting_mail", every=MINUTE),
    Task("capacity", "jobs.capacity:watch_capacity", every=MINUTE),
    Task("invitations", "jobs.schedule:expire_invitations", daily_at=time(3, 0)),
    Task("exports", "app.operations.kept_exports:forget_exports", every=timedelta(hours=1)),
    Task("logs", "jobs.logs:pack_logs", daily_at=time(4, 0)),
    Task("security_log", "jobs.logs:archive_security_log", daily_at=time(4, 0)),
    Task("audit_log", "jobs.logs:archive_audit_log", daily_at=time(4, 0)),
    Task("alerts", "jobs.logs:forget_old_alerts", daily_at=time(4, 0)),
)


def run_scheduler(app: Flask, stop: threading.Event | None = None, tick: float = TICK_SECONDS) -> None:
    """Act at each task's time until `stop` is set, or SIGTERM or SIGINT come; looks every `tick` seconds."""
    stop = stop or stop_on_signal()
    me = uuid.uuid4().hex
    structlog.contextvars.bind_contextvars(service="batch")
    with app.app_context():
        while not stop.is_set():
            try:
                if lead(me):
                    run_due_tasks(utcnow())
            except RedisError as error:
                log.warning("scheduler.queue_unreachable", error=str(error))
            except SQLAlchemyError as error:
                # It goes on: the watch beside it must be there to tell.
                log.error("scheduler.database_unreachable", error=type(error).__name__)
            db.session.remove()
            stop.wait(tick)
        resign(me)


def lead(me: str) -> bool:
    """Whether this scheduler is the one that acts, for the next half minute."""
    redis = connect(current_app.config["REDIS_URL"])
    if redis.set(LEADER_KEY, me, nx=True, ex=LEADER_SECONDS):
        return True
    holder = redis.get(LEADER_KEY)
    if holder == me.encode():
        redis.expire(LEADER_KEY, LEADER_SECONDS)
        return True
    return False


def resign(me: str) -> None:
    """Let another scheduler act at once."""
    redis = connect(current_app.config["REDIS_URL"])
    try:
        if redis.get(LEADER_KEY) == me.encode():
            redis.delete(LEADER_KEY)
    except RedisError as error:
        log.warning("scheduler.queue_unreachable", error=str(error))


def run_due_tasks(now: datetime, tasks: tuple[Task, ...] = TASKS) -> list[str]:
    """Run every task that was due since its last run, each once; returns their names."""
    due = [task for task in tasks if in_transaction(partial(_claim, task, now))]
    for task in due:
        with structlog.contextvars.bound_contextvars(service="batch", correlation_id=str(uuid.uuid4())):
            outcome = _run(task)
        in_transaction(partial(_note, task, outcome))
    return [task.name for task in due]


def _claim(task: Task, now: datetime) -> bool:
    """Write down that the task is run for its latest due time; False when it was already."""
    due = task.last_due(now)
    run = db.session.get(ScheduledRun, task.name, with_for_update=True)
    if run is None:
        db.session.add(ScheduledRun(task=task.name, last_due_at=due))
        return True
    if run.last_due_at >= due:
        return False
    run.last_due_at, run.finished_at = due, None
    return True


def _note(task: Task, outcome: str) -> None:
    run = db.session.get_one(ScheduledRun, task.name)
    run.finished_at, run.outcome = utcnow(), outcome[:200]


def _run(task: Task) -> str:
    """What the task says, or why it failed: one that fails must not keep the others from their time."""
    module, _, name = task.function.partition(":")
    function: Callable[[], str | None] = getattr(import_module(module), name)
    try:
        return function() or ""
    except (*REFUSALS, *DEFECTS) as error:
        db.session.rollback()
        log.error(failure_event(error, "scheduler.task_failed"), task=task.name, exc_info=error)
        sentry_sdk.capture_exception(error)
        return f"échec : {type(error).__name__} : {error}"


def expire_invitations() -> str:
    """Nightly: invitations past their seven days no longer open an account."""
    return f"{in_transaction(invitations.expire_invitations)} invitations périmées"


def stop_on_signal() -> threading.Event:
    """Set when the process is asked to end."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
