"""running figures of the sale: one row per till and hour

Revision: 0003
After: 0002
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FIGURES = ("sales", "items", "amount_cents", "private_cents", "cash_cents", "card_cents", "cheque_cents")


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    if "sale_tally" not in inspector.get_table_names():
        _sale_tally()
    if "ix_sale_till_id_sold_at" not in {index["name"] for index in inspector.get_indexes("sale")}:
        op.create_index("ix_sale_till_id_sold_at", "sale", ["till_id", "sold_at"])
    _fill()


def _sale_tally() -> None:
    op.create_table(
        "sale_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("till_id", sa.Integer(), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in FIGURES),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_sale_tally_edition_id_edition")),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_sale_tally_till_id_till")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_tally")),
        sa.UniqueConstraint("till_id", "hour", name="uq_sale_tally_till_hour"),
        sa.Index("ix_sale_tally_edition_id", "edition_id"),
    )


def _fill() -> None:
    """The sales made before, counted once."""
    connection = op.get_bind()
    sale = sa.table(
        "sale",
        *(sa.column(name) for name in ("id", "edition_id", "till_id", "private_period")),
        sa.column("sold_at", UtcDateTime()),
    )
    line = sa.table("sale_line", *(sa.column(name) for name in ("sale_id", "price_cents", "state")))
    payment = sa.table("payment", *(sa.column(name) for name in ("sale_id", "method", "amount_cents")))
    tally = sa.table(
        "sale_tally",
        *(sa.column(name) for name in ("edition_id", "till_id", *FIGURES)),
        sa.column("hour", UtcDateTime()),
    )
    connection.execute(sa.delete(tally))
    cell_of, private, selling = {}, set(), set()
    cells: dict[tuple, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    for row in connection.execute(sa.select(sale)):
        hour = row.sold_at.replace(minute=0, second=0, microsecond=0)
        cell_of[row.id] = (row.edition_id, row.till_id, hour)
        if row.private_period:
            private.add(row.id)
    for row in connection.execute(sa.select(line).where(line.c.state == "active")):
        figures = cells[cell_of[row.sale_id]]
        figures["sales"] += row.sale_id not in selling
        selling.add(row.sale_id)
        figures["items"] += 1
        figures["amount_cents"] += row.price_cents
        figures["private_cents"] += row.price_cents if row.sale_id in private else 0
    for row in connection.execute(sa.select(payment)):
        cells[cell_of[row.sale_id]][f"{row.method}_cents"] += row.amount_cents
    rows = [
        {"edition_id": edition_id, "till_id": till_id, "hour": hour, **figures}
        for (edition_id, till_id, hour), figures in cells.items()
    ]
    if rows:
        connection.execute(sa.insert(tally), rows)
