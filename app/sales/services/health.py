"""What a till says of its troubles with each ping, told to the log when it grows."""

from datetime import datetime
from typing import Any

import structlog

from app.accounts.sessions import EXPIRES_SOON
from app.sales.services.facts import DeviceKey

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


def tell_expiring(key: DeviceKey, seen_before: datetime | None, now: datetime) -> None:
    """The sign-in that vouches for a till ends soon: told at the first ping that is late enough."""
    if key.vouched_until is None:
        return
    soon = key.vouched_until - EXPIRES_SOON
    if soon <= now and (seen_before is None or seen_before < soon):
        ends = key.vouched_until.isoformat(timespec="seconds")
        log.warning("session.expiring", till=key.till_number, ends=ends)
