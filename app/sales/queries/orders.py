"""What was asked of tills, and whether they did it."""

from sqlalchemy import func, select

from app.core.db import db
from app.sales.models import TillOrder


def latest_orders(edition_id: int) -> dict[int, TillOrder]:
    """The last thing asked of each till of an edition, by till id."""
    latest = (
        select(func.max(TillOrder.id)).where(TillOrder.edition_id == edition_id).group_by(TillOrder.till_id)
    )
    orders = db.session.scalars(select(TillOrder).where(TillOrder.id.in_(latest)))
    return {order.till_id: order for order in orders}
