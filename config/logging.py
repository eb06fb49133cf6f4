"""One JSON line per event, with the fields of the seed (§5.2): on standard error, or in the process's file.

timestamp, level (INFO, WARN, ERROR), service (api, caisse, batch), correlation_id, user_id, edition_id,
action, details, duration_ms. Code says `log.info("sale.recorded", till=3, total_cents=450)`: the name is the
action, what is no field of the format goes into details. Lines of security events are written to the security
log too.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from config.log_files import LogFile
from config.privacy import mask
from config.security_events import SECURITY_EVENTS

FIELDS = ("timestamp", "level", "service", "correlation_id", "user_id", "edition_id", "action")
# Bound when a request or a job begins (time.perf_counter()): its lines say how long after.
STARTED = "started"
LEVELS = {"warning": "WARN", "critical": "ERROR", "exception": "ERROR"}


class Lines:
    """What structlog hands each line to, whatever its level."""

    def __init__(self, write: Callable[[str], None], keep: Callable[[str], None]) -> None:
        self._write, self._keep = write, keep
        self.debug = self.info = self.warning = self.error = self.critical = self._take

    def _take(self, line: str, *, security: bool) -> None:
        self._write(line)
        if security:
            self._keep(line)


def set_up_logging(*, debug: bool, security_file: Path, file: Path | None = None) -> None:
    """`file`: where this process writes its lines; None for standard error."""
    write = LogFile(file).write if file else _to_standard_error
    keep = LogFile(security_file).write
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
            structlog.processors.format_exc_info,
            as_the_seed_wants,
            as_a_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.INFO),
        logger_factory=lambda *_: Lines(write, keep),
        cache_logger_on_first_use=False,
    )


def _to_standard_error(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def as_the_seed_wants(_: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The fields of the format in its order, the rest under `details`; without a value left out."""
    level = str(event.pop("level", method))
    event["level"] = LEVELS.get(level, level.upper())
    name = event.pop("event", "")
    event.setdefault("action", name)
    event.setdefault("service", "api")
    event["timestamp"] = _milliseconds(str(event.get("timestamp", "")))
    fields = {name: event.pop(name, None) for name in FIELDS}
    line: EventDict = {name: value for name, value in fields.items() if value is not None}
    started = event.pop(STARTED, None)
    if event:
        line["details"] = dict(event)
    if started is not None:
        line["duration_ms"] = round(1000 * (time.perf_counter() - started))
    return line


def as_a_line(_: WrappedLogger, __: str, event: EventDict) -> tuple[tuple[str], dict[str, Any]]:
    """What `Lines` takes: the line in JSON, and whether the security log keeps it."""
    line = mask(json.dumps(event, ensure_ascii=False, default=str))
    return (line,), {"security": event["action"] in SECURITY_EVENTS}


def _milliseconds(stamp: str) -> str:
    """`2026-11-26T00:52:49.115911Z` → `2026-11-26T00:52:49.115Z`."""
    whole, dot, fraction = stamp.removesuffix("Z").partition(".")
    return f"{whole}.{fraction[:3]}Z" if dot else stamp
