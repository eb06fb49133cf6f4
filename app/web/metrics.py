"""`/metrics`: the figures of the sale and of the server, for Prometheus."""

import hmac
from ipaddress import ip_address, ip_network

from flask import Flask, Response, abort, current_app, request

from app.core.clock import utcnow
from app.monitoring.exposition import CONTENT_TYPE, exposition


def init_metrics(app: Flask) -> None:
    app.add_url_rule("/metrics", "metrics", metrics)


def metrics() -> Response:
    """Text of Prometheus, to whoever shows the token or comes from an address of the list; 403 to others."""
    if not (_shows_the_token() or _is_near()):
        abort(403)
    return Response(exposition(utcnow()), content_type=CONTENT_TYPE)


def _shows_the_token() -> bool:
    token = current_app.config["METRICS_TOKEN"]
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(shown.encode(), token.encode())


def _is_near() -> bool:
    """With a token to show, being near is not enough: a proxy on this machine brings everybody."""
    if current_app.config["METRICS_TOKEN"] or not request.remote_addr:
        return False
    address = ip_address(request.remote_addr)
    return any(address in ip_network(network) for network in current_app.config["METRICS_NETWORKS"])
