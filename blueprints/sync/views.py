"""Journal, ping and catalogue of the tills."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from app.core.clock import utcnow
from app.core.db import in_transaction
from app.sales.catalogue import catalogue_delta, catalogue_version, whole_catalogue
from app.sales.queries import conflicts_of_till, server_epoch
from app.sales.services.devices import last_seq, note_ping
from app.sales.services.journal import ReceivedEntry, receive_entries
from blueprints.sync import bp
from blueprints.sync.signature import require_till, till_device

MAX_BATCH = 100
MAX_COUNT = 1_000_000
bp.before_request(require_till)


@bp.post("/journal")
def journal() -> ResponseReturnValue:
    """A batch of entries, oldest first; answers one verdict each, whatever is wrong with one of them."""
    entries = _json().get("entries")
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_BATCH:
        raise BadRequest
    epoch = server_epoch()
    verdicts = receive_entries(till_device(), [_received(entry) for entry in entries])
    return jsonify(
        epoch=epoch,
        verdicts=[
            {"uuid": v.uuid, "hash": v.hash, "verdict": v.verdict, "status": v.status, "details": v.details}
            for v in verdicts
        ],
    )


@bp.post("/ping")
def ping() -> ResponseReturnValue:
    """The till's state against the server's time, what changed in the catalogue, and what it should do."""
    data, device = _json(), till_device()
    t0, cursor = data.get("t0"), _count(data, "cursor")
    pending, seq = _count(data, "pending"), _count(data, "last_seq")
    oldest, version = _moment(data.get("oldest")), str(data.get("version", ""))[:40]

    def listen_and_look() -> dict[str, Any]:
        note_ping(device.device_id, pending, oldest, seq, version)
        return {
            "epoch": server_epoch(),
            "last_seq": last_seq(device.till_id),
            "catalogue": catalogue_delta(device, cursor),
            "conflicts": conflicts_of_till(device.till_id),
            # What the hall asks of this till, for instance to synchronise at once.
            "orders": [],
        }

    answer = in_transaction(listen_and_look)
    return jsonify(t0=t0, now=utcnow().timestamp() * 1000, **answer)


@bp.get("/catalogue")
def catalogue() -> ResponseReturnValue:
    """All items (with an ETag), or with `?since=<cursor>` those changed after it."""
    device = till_device()
    if "since" in request.args:
        return _compressed(catalogue_delta(device, request.args.get("since", 0, type=int)))
    version = catalogue_version(device)
    if request.if_none_match.contains_weak(version):
        response = make_response("", 304)
    else:
        response = _compressed(whole_catalogue(device))
    response.set_etag(version, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _compressed(data: dict[str, Any]) -> Response:
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "Vary": "Accept-Encoding"}
    if request.accept_encodings.quality("gzip") > 0:
        body, headers["Content-Encoding"] = gzip.compress(body, 6), "gzip"
    return make_response(body, headers)


def _json() -> dict[str, Any]:
    data = request.get_json()
    if not isinstance(data, dict):
        raise BadRequest
    return data


def _received(entry: object) -> ReceivedEntry:
    """One entry of a batch; what is not even text becomes text that no signature fits."""
    fields = entry if isinstance(entry, dict) else {}
    texts = (fields.get(key) for key in ("uuid", "hash", "payload", "mac"))
    return ReceivedEntry(*(_storable(text) if isinstance(text, str) else "" for text in texts))


def _storable(text: str) -> str:
    return text.encode(errors="replace").decode()


def _count(data: dict[str, Any], key: str) -> int:
    value = data.get(key, 0)
    if type(value) is not int or not 0 <= value <= MAX_COUNT:
        raise BadRequest
    return value


def _moment(milliseconds: object) -> datetime | None:
    if milliseconds is None:
        return None
    if not isinstance(milliseconds, int | float) or not 0 <= milliseconds < 1e14:
        raise BadRequest
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
