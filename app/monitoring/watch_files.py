"""The watchdog's directory: its state, its copy of the on-call list, the word of who took charge."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from app.monitoring.escalation import Channel, OnCallRole
from app.monitoring.on_call_copy import BadOnCallList, OnCall, on_call_as_json, read_on_call
from app.monitoring.watch_rules import HourCount, Message, Outage, Watch

log = structlog.get_logger()


class AlreadyWatching(Exception):
    """Another watchdog works in this directory."""


class WatchFiles:
    """Every file is replaced as a whole: a power cut leaves the old one or the new one."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._state = directory / "state.json"
        self._on_call = directory / "on-call.json"
        self._acknowledgement = directory / "acknowledged"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Within, no other watchdog works here; raises AlreadyWatching."""
        with (self._directory / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyWatching from error
            yield

    def load(self) -> Watch:
        """The watch as it was; a new one when there is none, or none that can be read."""
        try:
            return watch_from_json(json.loads(self._state.read_text()))
        except FileNotFoundError:
            return Watch()
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.error("watchdog.state_unreadable", error=str(error))
            self._state.replace(self._state.with_suffix(".unreadable"))
            return Watch()

    def save(self, watch: Watch) -> None:
        self._write(self._state, watch_as_json(watch))

    def load_on_call(self) -> OnCall:
        try:
            return read_on_call(json.loads(self._on_call.read_text()))
        except FileNotFoundError:
            return OnCall()
        except (ValueError, BadOnCallList) as error:
            log.error("watchdog.on_call_unreadable", error=str(error))
            return OnCall()

    def save_on_call(self, on_call: OnCall) -> None:
        self._write(self._on_call, on_call_as_json(on_call))

    def acknowledge(self, outage: Outage) -> None:
        """Leave word for the watchdog that somebody takes charge of this outage, and no later one."""
        self._write(self._acknowledgement, outage.began.isoformat())

    def is_acknowledged(self, outage: Outage) -> bool:
        try:
            return bool(json.loads(self._acknowledgement.read_text()) == outage.began.isoformat())
        except (FileNotFoundError, ValueError):
            return False

    def _write(self, path: Path, data: Any) -> None:
        new = path.with_suffix(".new")
        # Names, phones and addresses: for the watchdog's own eyes.
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(data, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)


def watch_as_json(watch: Watch) -> dict[str, Any]:
    return {
        **{name: _text(getattr(watch, name)) for name in MOMENTS},
        "outage": watch.outage
        and {
            **asdict(watch.outage),
            "began": _text(watch.outage.began),
            "alarmed_at": _text(watch.outage.alarmed_at),
            "acknowledged_at": _text(watch.outage.acknowledged_at),
        },
        "waiting": [asdict(message) for message in watch.waiting],
        "hours": {_text(hour): [count.probes, count.failed] for hour, count in watch.hours.items()},
    }


def watch_from_json(data: Any) -> Watch:
    outage = data["outage"]
    return Watch(
        **{name: _moment(data[name]) for name in MOMENTS},
        outage=outage
        and Outage(
            began=datetime.fromisoformat(outage["began"]),
            alarmed_at=datetime.fromisoformat(outage["alarmed_at"]),
            steps_done=outage["steps_done"],
            acknowledged_at=_moment(outage["acknowledged_at"]),
            told=tuple(map(_message, outage["told"])),
            anybody=outage["anybody"],
        ),
        waiting=tuple(map(_message, data["waiting"])),
        hours={datetime.fromisoformat(hour): HourCount(*count) for hour, count in data["hours"].items()},
    )


MOMENTS = ("last_probe", "last_good", "silent_since", "answering_since")


def _message(data: Any) -> Message:
    return Message(**{**data, "role": OnCallRole(data["role"]), "channel": Channel(data["channel"])})


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
