"""Error reports to Sentry: what broke and where, nothing of whom it concerned.

A report has the trace without values of variables, the endpoint, the correlation id of the log and the number
of the account. Requests (bodies, cookies, headers, addresses with tokens) and arguments of jobs stay here.
"""

import tomllib
from typing import Any

import sentry_sdk
import structlog
from sentry_sdk.transport import Transport
from sentry_sdk.types import Breadcrumb, BreadcrumbHint, Event, Hint

from config.privacy import mask
from config.settings import ROOT, Settings

TAGS = ("correlation_id", "service", "edition_id")
DROPPED = ("request", "extra", "modules")


def set_up_sentry(settings: Settings, transport: type[Transport] | None = None) -> None:
    """Report what breaks from now on, in this process and its forks; nothing without SENTRY_DSN."""
    if not settings.SENTRY_DSN:
        return
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment="demo" if settings.DEMO else "debug" if settings.DEBUG else "production",
        release=_release(),
        include_local_variables=False,
        max_request_body_size="never",
        before_send=without_persons,
        before_breadcrumb=without_data,
        transport=transport,
    )


def without_persons(event: Event, _: Hint) -> Event:
    """The report as it may leave."""
    known = structlog.contextvars.get_contextvars()
    kept: dict[str, Any] = {name: value for name, value in event.items() if name not in DROPPED}
    kept["tags"] = {name: known[name] for name in TAGS if known.get(name)}
    kept["user"] = {"id": known["user_id"]} if known.get("user_id") else {}
    masked: Event = _masked(kept)
    return masked


def without_data(crumb: Breadcrumb, _: BreadcrumbHint) -> Breadcrumb:
    """What happened before: that a statement or a line was, not what it was given."""
    return {name: value for name, value in crumb.items() if name != "data"}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value


def _release() -> str:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return f"bourse-{version}"
