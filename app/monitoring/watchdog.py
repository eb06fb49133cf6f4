"""The watchdog: probes the application from another machine and tells the people on call by itself.

No database, no queue, nothing of the application but its rules: what it knows lies in its own directory.
"""

import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from app.core.clock import utcnow
from app.monitoring.channels import ChannelSettings, NotDelivered, deliver
from app.monitoring.escalation import Channel, Level, Step, read_levels
from app.monitoring.on_call_copy import BadOnCallList, OnCall, read_on_call
from app.monitoring.probing import NoAnswer
from app.monitoring.watch_files import WatchFiles
from app.monitoring.watch_rules import (
    Message,
    Outage,
    Watch,
    acknowledge,
    end_outage,
    hand_in,
    is_over,
    must_alarm,
    next_step,
    note_delivered,
    note_failed,
    note_probe,
    raise_alarm,
    take_step,
)
from app.monitoring.watch_words import RULE, alarm_words, back_words, rule_of

log = structlog.get_logger()
# Between two exchanges of list and figures.
EXCHANGE_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pace:
    """Between two probes, and how long without a good answer before the alarm."""

    interval: timedelta = timedelta(seconds=30)
    after: timedelta = timedelta(minutes=2)


class Watched(Protocol):
    """What a watchdog asks whether it answers; both raise NoAnswer."""

    @property
    def url(self) -> str: ...
    def probe(self) -> None: ...
    def on_call(self) -> Any: ...
    def hand_in(self, hours: list[dict[str, Any]]) -> None: ...


class Watchdog:
    """`rule`: which of the seed's it stands for; `alerts`: `config/alerts.yaml` as parsed. `given`: an
    on-call list instead of the server's."""

    def __init__(
        self,
        server: Watched,
        files: WatchFiles,
        channels: ChannelSettings,
        alerts: Any,
        pace: Pace,
        given: OnCall | None = None,
        *,
        rule: str = RULE,
        exchanges: bool = True,
    ) -> None:
        self._server, self._files, self._channels, self._pace = server, files, channels, pace
        self._rule = rule_of(alerts, rule)
        self._steps = read_levels(alerts)[Level.P1].steps
        self._given = given
        self._on_call = given or files.load_on_call()
        self._exchanges = exchanges
        self._next_exchange: datetime | None = None
        self._watch = files.load()
        self._fault = ""

    def run(self, stop: threading.Event) -> None:
        """Probe at the pace until told to stop."""
        while not stop.is_set():
            began = time.monotonic()
            self.tick()
            stop.wait(max(0.0, self._pace.interval.total_seconds() - (time.monotonic() - began)))

    def tick(self) -> bool:
        """One probe, and all that follows from it; returns whether there was a good answer."""
        now = utcnow()
        good = self._probe()
        self._hear_acknowledgement(now)
        self._watch = note_probe(self._watch, good, now, self._pace.after)
        if must_alarm(self._watch, now, self._pace.after):
            self._watch = raise_alarm(self._watch, now)
            log.error("watchdog.alarm", fault=self._fault, since=self._outage.began.isoformat())
        if is_over(self._watch, now):
            self._end()
        self._escalate(now)
        self._keep()
        self._deliver()
        if good and self._exchanges:
            self._exchange(now)
        return good

    @property
    def outage(self) -> Outage | None:
        """The one under way."""
        return self._watch.outage

    @property
    def _outage(self) -> Outage:
        assert self._watch.outage is not None
        return self._watch.outage

    def _probe(self) -> bool:
        try:
            self._server.probe()
        except NoAnswer as error:
            self._fault = str(error)
            log.warning("watchdog.no_answer", fault=self._fault)
            return False
        return True

    def _hear_acknowledgement(self, now: datetime) -> None:
        outage = self._watch.outage
        if outage and not outage.acknowledged_at and self._files.is_acknowledged(outage):
            self._watch = acknowledge(self._watch, now)
            log.info("watchdog.acknowledged")

    def _end(self) -> None:
        began, back = self._outage.began, self._watch.answering_since
        assert back is not None
        log.info("watchdog.back", seconds=round((back - began).total_seconds()))
        self._watch = end_outage(self._watch, *back_words(began, back))

    def _escalate(self, now: datetime) -> None:
        while self._watch.outage and (step := next_step(self._watch.outage, self._steps, now)):
            known = len(self._watch.waiting)
            self._watch = self._take(step, now)
            log.warning("watchdog.step", role=step.role, messages=len(self._watch.waiting) - known)

    def _take(self, step: Step, now: datetime) -> Watch:
        began = self._outage.began

        def write(channel: Channel) -> tuple[str, str]:
            return alarm_words(self._rule, self._server.url, step, began, self._fault, channel)

        return take_step(self._watch, step, self._on_call, now, self._channels.has, write)

    def _deliver(self) -> None:
        """Every message that waits, once; what became of it is on disk before the next one."""
        for message in self._watch.waiting:
            self._try(message)
            self._keep()

    def _try(self, message: Message) -> None:
        line = log.bind(role=message.role, channel=message.channel, attempt=message.attempts + 1)
        try:
            deliver(message.channel, message.address, message.subject, message.text, self._channels)
        except NotDelivered as error:
            line.error("watchdog.not_delivered", reason=error.reason, for_good=error.for_good)
            self._watch = note_failed(self._watch, message, for_good=error.for_good)
        else:
            line.info("watchdog.told", subject=message.subject)
            self._watch = note_delivered(self._watch, message)

    def _keep(self) -> None:
        try:
            self._files.save(self._watch)
        except OSError as error:
            # A full disk must not silence the alarm.
            log.error("watchdog.state_not_kept", error=str(error))

    def _exchange(self, now: datetime) -> None:
        """Every few minutes: the list comes, the figures go; with the next good answer when that fails."""
        if self._next_exchange and now < self._next_exchange:
            return
        try:
            if self._given is None:
                self._take_list(read_on_call(self._server.on_call()))
            self._server.hand_in(
                [
                    {"hour": hour.isoformat(), "probes": count.probes, "failed": count.failed}
                    for hour, count in sorted(self._watch.hours.items())
                ]
            )
        except (NoAnswer, BadOnCallList) as error:
            log.warning("watchdog.no_exchange", reason=str(error))
            return
        self._next_exchange = now + EXCHANGE_EVERY
        self._watch = replace(self._watch, hours=hand_in(self._watch.hours, now))
        self._keep()

    def _take_list(self, on_call: OnCall) -> None:
        """An empty list is none: the former one is better than nobody."""
        if not on_call.contacts:
            log.warning("watchdog.nobody_on_call", kept=len(self._on_call.contacts))
            return
        self._on_call = on_call
        try:
            self._files.save_on_call(on_call)
        except OSError as error:
            log.error("watchdog.on_call_not_kept", error=str(error))
