"""What the hall asks of tills: they obey at their next ping and say so at the one after."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from app.core.clock import utcnow
from app.core.db import db
from app.editions.models import Till
from app.sales.models import TillOrder, TillOrderKind


def ask_to_synchronise(edition_id: int, user_id: int) -> int:
    """Ask every till of the edition to send all it has and compare its journal; returns how many were asked.

    A till that was already asked and has not answered is not asked twice.
    """
    asked = select(TillOrder.till_id).where(TillOrder.edition_id == edition_id, TillOrder.done_at.is_(None))
    tills = db.session.scalars(
        select(Till.id).where(Till.edition_id == edition_id, Till.id.not_in(asked))
    ).all()
    db.session.add_all(
        TillOrder(edition_id=edition_id, till_id=till_id, kind=TillOrderKind.SYNCHRONISE, asked_by_id=user_id)
        for till_id in tills
    )
    db.session.flush()
    return len(tills)


def orders_of(till_id: int) -> list[dict[str, Any]]:
    """What a till has still to do, as its ping tells it: [{id, kind}]."""
    rows = db.session.execute(
        select(TillOrder.id, TillOrder.kind)
        .where(TillOrder.till_id == till_id, TillOrder.done_at.is_(None))
        .order_by(TillOrder.id)
    )
    return [{"id": order_id, "kind": kind} for order_id, kind in rows]


def note_done(till_id: int, order_ids: Collection[int]) -> None:
    """A till obeyed."""
    if not order_ids:
        return
    obeyed = select(TillOrder).where(
        TillOrder.till_id == till_id, TillOrder.id.in_(order_ids), TillOrder.done_at.is_(None)
    )
    for order in db.session.scalars(obeyed):
        order.done_at = utcnow()
    db.session.flush()
