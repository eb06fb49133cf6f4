"""Following one request: its time for the metrics, and its correlation id.

The browser may give the id; every line logged for the request bears it, and so do the jobs it asks for.
"""

import time
import uuid

import structlog
from flask import Flask, Response, g, request
from flask_login import current_user

from app.monitoring.requests import note_request

HEADER = "X-Correlation-Id"
# Files, and what probes ask: their times say nothing of what people wait for.
NOT_TIMED = ("static", "healthz", "metrics")


def init_tracing(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_stop)


def bind_person() -> None:
    """Who asks, for every line logged from now on; after the session was read."""
    if current_user.is_authenticated:
        structlog.contextvars.bind_contextvars(user_id=str(current_user.id))


def _start() -> None:
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(
        service="caisse" if request.blueprint == "sync" else "api",
        correlation_id=_correlation_id(),
        started=g.started,
    )
    edition_id = (request.view_args or {}).get("edition_id")
    if edition_id is not None:
        structlog.contextvars.bind_contextvars(edition_id=str(edition_id))


def _correlation_id() -> str:
    """The browser's, when it is a UUID: nothing else of a stranger gets into the log."""
    try:
        return str(uuid.UUID(request.headers.get(HEADER, "")))
    except ValueError:
        return str(uuid.uuid4())


def _stop(response: Response) -> Response:
    response.headers[HEADER] = structlog.contextvars.get_contextvars().get("correlation_id", "")
    if request.endpoint not in NOT_TIMED and "started" in g:
        seconds = time.perf_counter() - g.pop("started")
        note_request(request.endpoint or "unknown", response.status_code, seconds)
    return response
