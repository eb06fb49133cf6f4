"""What a till says of its troubles with each ping, told to the log when it grows."""

from typing import Any

import structlog

log = structlog.get_logger()

Health = dict[str, Any] | None
# What a page counts since it was opened → the event, an error or a warning.
TROUBLES = {
    "scan_failures": ("scan.failed", "warning"),
    "sync_failures": ("sync.retried", "warning"),
    "not_kept": ("payment.failed", "error"),
}


def count_of(health: Health, name: str) -> int:
    """One of its counts; 0 for whatever is none."""
    told = (health or {}).get(name)
    return told if type(told) is int and told > 0 else 0


def growth_of(before: Health, now: Health, name: str) -> int:
    """How many more than before; a page that was opened again began at 0."""
    new, old = count_of(now, name), count_of(before, name)
    return new - old if new >= old else new


def tell_troubles(till_number: int, before: Health, now: Health) -> None:
    for name, (event, level) in TROUBLES.items():
        more = growth_of(before, now, name)
        if more:
            getattr(log, level)(event, till=till_number, count=more)
