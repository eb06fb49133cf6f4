"""`/metrics`: the figures of the sale and of the server, for Prometheus."""

from ipaddress import ip_address, ip_network

from flask import Flask, Response, abort, current_app, request

from app.core.clock import utcnow
from app.monitoring.exposition import CONTENT_TYPE, exposition
from app.web.bearer import shows_token


def init_metrics(app: Flask) -> None:
    app.add_url_rule("/metrics", "metrics", metrics)


def metrics() -> Response:
    """Text of Prometheus, to whoever shows the token or comes from an address of the list; 403 to others."""
    if not (shows_token("METRICS_TOKEN") or _is_near()):
        abort(403)
    return Response(exposition(utcnow()), content_type=CONTENT_TYPE)


def _is_near() -> bool:
    """With a token to show, being near is not enough: a proxy on this machine brings everybody."""
    if current_app.config["METRICS_TOKEN"] or not request.remote_addr:
        return False
    address = ip_address(request.remote_addr)
    return any(address in ip_network(network) for network in current_app.config["METRICS_NETWORKS"])
