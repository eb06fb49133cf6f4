"""Which till is asking: `Authorization: Till <key id> <hmac>` over method, address and body."""

import hashlib

import structlog
from cryptography.exceptions import InvalidTag
from flask import abort, current_app, g, jsonify, make_response, request

from app.sales.services.devices import recognise
from app.sales.services.facts import DeviceKey

log = structlog.get_logger()


def require_till() -> None:
    """Before every request of this blueprint: recognise the till, or answer 401 in JSON and log it."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    key_id, _, mac = rest.partition(" ")
    device, reason = None, "unknown_key"
    if scheme == "Till" and key_id and mac:
        try:
            device = recognise(key_id, _signed_message(), mac, current_app.config["SECRET_KEY"])
        except InvalidTag:
            reason = "secret_unreadable"  # SECRET_KEY is another than when the till was registered
    if device is None:
        log.error("sync.refused", reason=reason, key_id=key_id[:36], path=request.path)
        abort(make_response(jsonify(error="unknown_till_key"), 401))
    if not device.vouched:
        log.warning("sync.login_expired", till=device.till_number, path=request.path)
        abort(make_response(jsonify(error="login_expired"), 401))
    g.till_device = device
    structlog.contextvars.bind_contextvars(edition_id=str(device.edition_id))


def till_device() -> DeviceKey:
    """The till of this request."""
    device: DeviceKey = g.till_device
    return device


def _signed_message() -> bytes:
    address = request.full_path.rstrip("?")
    body = hashlib.sha256(request.get_data()).hexdigest()
    return f"{request.method}\n{address}\n{body}".encode()
