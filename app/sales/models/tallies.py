"""The running figures of a sale, so that nobody counts thousands of lines to show them."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime
from app.editions.models import EditionOwned


class SaleTally(EditionOwned, Model):
    """The sales one till made in one hour, as they stand now; kept in step by `services/tallies.py`.

    `hour`: its beginning (UTC). `sales` with an item not voided nor in conflict, their `items` and price in
    cents, of which in private periods; then what these sales took less what was given back, by method.
    """

    __tablename__ = "sale_tally"
    __table_args__ = (UniqueConstraint("till_id", "hour", name="uq_sale_tally_till_hour"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"))
    hour: Mapped[datetime] = mapped_column(UtcDateTime)
    sales: Mapped[int] = mapped_column(default=0)
    items: Mapped[int] = mapped_column(default=0)
    amount_cents: Mapped[int] = mapped_column(default=0)
    private_cents: Mapped[int] = mapped_column(default=0)
    cash_cents: Mapped[int] = mapped_column(default=0)
    card_cents: Mapped[int] = mapped_column(default=0)
    cheque_cents: Mapped[int] = mapped_column(default=0)
