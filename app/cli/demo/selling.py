"""Three hours of sales at five tills, as journals that devices would have sent."""

import hashlib
import json
import uuid
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy import insert, select, update

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import CatalogueChange, Item, ItemState
from app.editions.models import Edition, Till
from app.sales.keys import encrypt_secret, mac_of, secret_of
from app.sales.models import (
    JournalEntry,
    LineState,
    Payment,
    PaymentMethod,
    Sale,
    SaleLine,
    TillDevice,
    TillSession,
    Verdict,
)
from app.sales.queries import expected_by_method, working_device
from app.sales.services.sessions import Count, close_session
from app.sales.services.tallies import count_all_again

SOLD_SHARE = 0.45
OPENING_FLOAT_CENTS = 100_00
HOURS = 3
# Notes and coins a drawer is counted in, cents.
PIECES = (5000, 2000, 1000, 500, 200, 100, 50)


def play_sale(
    edition: Edition, volunteer_ids: list[int], random: Random, sold_share: float = SOLD_SHARE
) -> None:
    """This share of the items sold in baskets of one to six, paid by cash, card or cheque.

    The first till was then counted and closed, so that a visitor may take it; the others are still open.
    """
    items = list(
        db.session.execute(
            select(Item.id, Item.code, Item.price_cents).where(Item.state == ItemState.ON_SALE)
        )
    )
    random.shuffle(items)
    baskets = _baskets(items[: int(len(items) * sold_share)], random)
    tills = list(db.session.scalars(select(Till).where(Till.edition_id == edition.id, ~Till.training)))
    now = utcnow()
    desks = [_open(edition, till, each) for till, each in zip(tills, volunteer_ids, strict=True)]
    rows: dict[type[Any], list[dict[str, Any]]] = {JournalEntry: [], Sale: [], SaleLine: [], Payment: []}
    ids = count(1)
    for number, basket in enumerate(baskets):
        desk = desks[number % len(desks)]
        sold_at = now - timedelta(hours=HOURS) * (1 - number / len(baskets)) - timedelta(seconds=20)
        _record(rows, edition, desk, basket, sold_at.replace(microsecond=0), next(ids), random)
    options = {"edition_id": edition.id}
    for model, values in rows.items():
        db.session.execute(insert(model), values, execution_options=options)
    sold = [item.id for basket in baskets for item in basket]
    db.session.execute(
        update(Item)
        .where(Item.id.in_(select(SaleLine.active_item_id)))
        .values(state=ItemState.SOLD, state_changed_at=now),
        execution_options={**options, "synchronize_session": False},
    )
    db.session.execute(
        insert(CatalogueChange),
        [{"edition_id": edition.id, "item_id": item_id, "at": now} for item_id in sold],
        execution_options=options,
    )
    count_all_again(edition.id)
    for device, _, _ in desks:
        device.last_seen_at = now
    count_and_close(desks[0][1])


def count_and_close(session: TillSession) -> None:
    """End a session with the count that was expected; flushes."""
    device = working_device(session)
    if device:
        device.last_seen_at = utcnow()  # a till talks until it is closed
    expected = expected_by_method(session)
    rest, pieces = expected[PaymentMethod.CASH], {}
    for value in PIECES:
        pieces[value], rest = divmod(rest, value)
    count = Count(pieces, expected[PaymentMethod.CARD], expected[PaymentMethod.CHEQUE])
    close_session(session, count, "", session.volunteer_id)


Desk = tuple[TillDevice, TillSession, Any]


def _open(edition: Edition, till: Till, volunteer_id: int) -> Desk:
    opened = utcnow() - timedelta(hours=HOURS, minutes=15)
    key_id, server_key = str(uuid.uuid4()), current_app.config["SECRET_KEY"]
    secret = secret_of(till.id, key_id, server_key)
    device = TillDevice(
        edition_id=edition.id,
        till_id=till.id,
        key_id=key_id,
        secret_encrypted=encrypt_secret(secret, server_key, key_id),
        registered_by_id=volunteer_id,
        registered_at=opened,
    )
    db.session.add(device)
    db.session.flush()
    session = TillSession(
        edition_id=edition.id,
        till_id=till.id,
        open_till_id=till.id,
        device_id=device.id,
        volunteer_id=volunteer_id,
        opened_at=opened,
        opening_float_cents=OPENING_FLOAT_CENTS,
    )
    db.session.add(session)
    db.session.flush()
    return device, session, secret


def _baskets(items: list[Any], random: Random) -> list[list[Any]]:
    baskets, start = [], 0
    while start < len(items):
        size = random.choices((1, 2, 3, 4, 6), weights=(4, 5, 4, 2, 1))[0]
        baskets.append(items[start : start + size])
        start += size
    return baskets


def _record(
    rows: dict[type[Any], list[dict[str, Any]]],
    edition: Edition,
    desk: Desk,
    basket: list[Any],
    sold_at: Any,
    row_id: int,
    random: Random,
) -> None:
    device, session, secret = desk
    device.last_seq += 1
    total = sum(item.price_cents for item in basket)
    method = random.choices(tuple(PaymentMethod), weights=(5, 4, 1))[0]
    tendered = -(-total // 500) * 500 if method is PaymentMethod.CASH else None
    sale_uuid = str(uuid.uuid4())
    payload = _payload(session, sale_uuid, device.last_seq, basket, sold_at, total, method, tendered)
    rows[JournalEntry].append(
        {
            "id": row_id,
            "till_id": session.till_id,
            "device_id": device.id,
            "uuid": sale_uuid,
            "seq": device.last_seq,
            "kind": "sale",
            "payload": payload,
            "payload_hash": hashlib.sha256(payload.encode()).hexdigest(),
            "mac": mac_of(secret, payload.encode()),
            "received_at": sold_at,
            "verdict": Verdict.CONFIRMED,
            "details": {},
        }
    )
    common = {"edition_id": edition.id}
    rows[Sale].append(
        common
        | {
            "id": row_id,
            "entry_id": row_id,
            "till_id": session.till_id,
            "session_id": session.id,
            "volunteer_id": session.volunteer_id,
            "uuid": sale_uuid,
            "seq": device.last_seq,
            "sold_at": sold_at,
            "received_at": sold_at,
            "total_cents": total,
        }
    )
    rows[SaleLine].extend(
        common
        | {
            "sale_id": row_id,
            "item_id": item.id,
            "active_item_id": item.id,
            "code": item.code,
            "price_cents": item.price_cents,
            "state": LineState.ACTIVE,
        }
        for item in basket
    )
    rows[Payment].append(
        common
        | {
            "sale_id": row_id,
            "session_id": session.id,
            "method": method,
            "amount_cents": total,
            "tendered_cents": tendered,
            "at": sold_at,
        }
    )


def _payload(
    session: TillSession,
    sale_uuid: str,
    seq: int,
    basket: list[Any],
    sold_at: Any,
    total: int,
    method: PaymentMethod,
    tendered: int | None,
) -> str:
    payment: dict[str, Any] = {"method": method, "amount": total}
    if tendered is not None:
        payment["tendered"] = tendered
    return json.dumps(
        {
            "v": 1,
            "kind": "sale",
            "uuid": sale_uuid,
            "till": session.till_id,
            "seq": seq,
            "session": session.uuid,
            "at": sold_at.isoformat(),
            "clock": {"jump": False},
            "total": total,
            "online": True,
            "lines": [{"code": item.code, "price": item.price_cents} for item in basket],
            "payments": [payment],
        },
        sort_keys=True,
        separators=(",", ":"),
    )
