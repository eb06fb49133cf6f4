"""What each till sold in each hour, counted again whenever one of its sales changes.

The live figures are sums of these few rows, however many sales there are.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import case, func, insert, select

from app.core.db import db
from app.sales.models import LineState, Payment, PaymentMethod, Sale, SaleLine, SaleTally
from app.sales.rules import HOUR, hour_of


def keep_tallies(sale_ids: Iterable[int]) -> None:
    """Count the hours of these sales again. They are the last that a transaction locks, in one order."""
    rows = db.session.execute(
        select(Sale.edition_id, Sale.till_id, Sale.sold_at).where(Sale.id.in_(list(sale_ids)))
    )
    for cell in sorted({(edition_id, till_id, hour_of(sold_at)) for edition_id, till_id, sold_at in rows}):
        _count_again(*cell)


def count_all_again(edition_id: int) -> None:
    """After sales were written in bulk."""
    sales = select(Sale.till_id, Sale.sold_at).where(Sale.edition_id == edition_id)
    for till_id, hour in sorted({(till_id, hour_of(at)) for till_id, at in db.session.execute(sales)}):
        _count_again(edition_id, till_id, hour)


def _count_again(edition_id: int, till_id: int, hour: datetime) -> None:
    tally = _lock(edition_id, till_id, hour)
    within = (Sale.till_id == till_id, Sale.sold_at >= hour, Sale.sold_at < hour + HOUR)
    private = case((Sale.private_period, SaleLine.price_cents), else_=0)
    sold = db.session.execute(
        select(
            func.count(SaleLine.sale_id.distinct()),
            func.count(SaleLine.id),
            func.coalesce(func.sum(SaleLine.price_cents), 0),
            func.coalesce(func.sum(private), 0),
        )
        .join(Sale, Sale.id == SaleLine.sale_id)
        .where(*within, SaleLine.state == LineState.ACTIVE)
    ).one()
    tally.sales, tally.items, tally.amount_cents, tally.private_cents = (int(figure) for figure in sold)
    taken: dict[PaymentMethod, int] = {
        method: int(cents)
        for method, cents in db.session.execute(
            select(Payment.method, func.sum(Payment.amount_cents))
            .join(Sale, Sale.id == Payment.sale_id)
            .where(*within)
            .group_by(Payment.method)
        )
    }
    tally.cash_cents = taken.get(PaymentMethod.CASH, 0)
    tally.card_cents = taken.get(PaymentMethod.CARD, 0)
    tally.cheque_cents = taken.get(PaymentMethod.CHEQUE, 0)
    db.session.flush()


def _lock(edition_id: int, till_id: int, hour: datetime) -> SaleTally:
    """The row of this hour, made when there is none, ours until the commit: who counts next counts all."""
    found = (
        select(SaleTally)
        .where(SaleTally.till_id == till_id, SaleTally.hour == hour)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    tally = db.session.scalars(found).one_or_none()
    if tally is None:
        # Two sales of a new hour at once: one makes the row.
        db.session.execute(
            insert(SaleTally)
            .values(edition_id=edition_id, till_id=till_id, hour=hour)
            .prefix_with("OR IGNORE", dialect="sqlite")
            .prefix_with("IGNORE", dialect="mysql")
            .prefix_with("IGNORE", dialect="mariadb"),
            execution_options={"edition_id": edition_id},
        )
        tally = db.session.scalars(found).one()
    return tally
