"""What the watchdog on another machine asks for and hands in, against its token."""

from typing import Any

from flask import Flask, Response, abort, jsonify, request

from app.core.clock import utcnow
from app.core.db import in_transaction
from app.core.errors import DomainError
from app.extensions import csrf
from app.monitoring.on_call_copy import on_call_as_json
from app.monitoring.watchdog_exchange import on_call_list, read_probes, record_probes
from app.web.bearer import shows_token


def init_watchdog(app: Flask) -> None:
    app.add_url_rule("/watchdog/on-call", "watchdog_on_call", on_call)
    app.add_url_rule("/watchdog/probes", "watchdog_probes", csrf.exempt(probes), methods=["POST"])


def on_call() -> Response:
    """Who is told of an outage, and the days of the sale; nothing else."""
    _ask_for_the_token()
    return jsonify(on_call_as_json(on_call_list()))


def probes() -> tuple[dict[str, Any], int]:
    """What it measured, hour by hour: `{"hours": [{"hour", "probes", "failed"}]}`; 422 when it cannot be."""
    _ask_for_the_token()
    try:
        hours = read_probes(request.get_json(silent=True), utcnow())
    except DomainError as error:
        return {"error": error.message}, 422
    in_transaction(lambda: record_probes(hours))
    return {"taken": len(hours)}, 200


def _ask_for_the_token() -> None:
    if not shows_token("WATCHDOG_TOKEN"):
        abort(403)
