"""Journal, ping and catalogue of the tills."""

from dataclasses import asdict
from typing import Any

from flask import jsonify, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from app.core.clock import utcnow
from app.core.db import in_transaction
from app.sales.queries import conflicts_of_till, server_epoch, session_at_till
from app.sales.queries.catalogue import catalogue_delta, catalogue_version, whole_catalogue
from app.sales.services.devices import entries_held, last_seq, note_ping, own_seq
from app.sales.services.journal import receive_entries
from app.sales.services.orders import note_done, orders_of
from app.sales.services.reconciliation import compare_journal
from blueprints.sync import bp
from blueprints.sync.reading import read_count, read_entry, read_numbers, read_object, read_ping, read_summary
from blueprints.sync.signature import require_till, till_device

MAX_BATCH = 100
# More than a till can hold of a whole sale.
MAX_HASHES = 20_000
bp.before_request(require_till)


@bp.post("/journal")
def journal() -> ResponseReturnValue:
    """A batch of entries, oldest first; answers one verdict each, whatever is wrong with one of them."""
    data, epoch = read_object(), server_epoch()
    entries = data.get("entries")
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_BATCH:
        raise BadRequest
    if data.get("epoch") not in (None, epoch):
        # Restored from a backup: what was lost comes first, or a void would come before its sale.
        return jsonify(error="epoch_changed", epoch=epoch), 409
    verdicts = receive_entries(till_device(), [read_entry(entry) for entry in entries])
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
    data, device = read_object(), till_device()
    facts, cursor, done = read_ping(data), read_count(data, "cursor"), read_numbers(data, "done", MAX_BATCH)

    def listen_and_look() -> dict[str, Any]:
        note_ping(device, facts)
        note_done(device.till_id, done)
        return {
            "epoch": server_epoch(),
            "last_seq": last_seq(device.till_id),
            "own_seq": own_seq(device.device_id),
            "held": entries_held(device.device_id),
            "catalogue": catalogue_delta(device, cursor),
            "conflicts": [asdict(conflict) for conflict in conflicts_of_till(device.till_id)],
            "orders": orders_of(device.till_id),
            "session": session_at_till(device.till_id),
        }

    answer = in_transaction(listen_and_look)
    return jsonify(t0=data.get("t0"), now=utcnow().timestamp() * 1000, **answer)


@bp.post("/reconciliation")
def reconciliation() -> ResponseReturnValue:
    """The till's journal against ours; with `hashes`, which of its entries are missing here."""
    data, device = read_object(), till_device()
    said, gaps, hashes = read_summary(data), read_numbers(data, "gaps", MAX_HASHES), data.get("hashes")
    if hashes is not None and not (isinstance(hashes, list) and len(hashes) <= MAX_HASHES):
        raise BadRequest
    wanted = None if hashes is None else [str(each)[:64] for each in hashes]
    epoch = server_epoch()
    result = in_transaction(lambda: compare_journal(device, said, gaps, wanted))
    return jsonify(epoch=epoch, agrees=result.agrees, server=asdict(result.server), missing=result.missing)


@bp.get("/catalogue")
def catalogue() -> ResponseReturnValue:
    """All items (with an ETag), or with `?since=<cursor>` those changed after it."""
    device = till_device()
    if "since" in request.args:
        return jsonify(catalogue_delta(device, request.args.get("since", 0, type=int)))
    version = catalogue_version(device)
    if request.if_none_match.contains_weak(version):
        response = make_response("", 304)
    else:
        response = jsonify(whole_catalogue(device))
    response.set_etag(version, weak=True)
    response.headers["Cache-Control"] = "no-cache"
    return response
