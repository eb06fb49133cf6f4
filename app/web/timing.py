"""Each request's time, for the metrics."""

import time

from flask import Flask, Response, g, request

from app.monitoring.requests import note_request

# Files, and what probes ask: their times say nothing of what people wait for.
NOT_TIMED = ("static", "healthz", "metrics")


def init_timing(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_stop)


def _start() -> None:
    g.started = time.perf_counter()


def _stop(response: Response) -> Response:
    if request.endpoint not in NOT_TIMED and "started" in g:
        note_request(
            request.endpoint or "unknown", response.status_code, time.perf_counter() - g.pop("started")
        )
    return response
