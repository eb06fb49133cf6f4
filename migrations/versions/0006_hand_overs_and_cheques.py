"""when an unsold item was handed over; a cheque pays one depositor

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHEQUE = "uq_payout_edition_cheque"


def upgrade() -> None:
    existing = sa.inspect(op.get_bind())
    if "handed_over_at" not in {column["name"] for column in existing.get_columns("item")}:
        op.add_column("item", sa.Column("handed_over_at", UtcDateTime(), nullable=True))
    # What was given away with it is not told apart from what nobody fetched: it stays given away.
    op.execute(
        "UPDATE item SET handed_over_at = state_changed_at "
        "WHERE state = 'returned' AND handed_over_at IS NULL"
    )
    _refuse_cheques_used_twice()
    if CHEQUE not in {index["name"] for index in existing.get_indexes("payout")}:
        op.create_index(CHEQUE, "payout", ["edition_id", "cheque_number"], unique=True)


def _refuse_cheques_used_twice() -> None:
    """Say which payouts bear the same number, before the index refuses them without saying it."""
    twice = op.get_bind().execute(
        sa.text(
            "SELECT edition_id, cheque_number FROM payout WHERE cheque_number IS NOT NULL "
            "GROUP BY edition_id, cheque_number HAVING COUNT(*) > 1"
        )
    )
    found = [f"édition {edition_id}, chèque n° {number}" for edition_id, number in twice]
    if found:
        raise RuntimeError(f"Payés deux fois par le même chèque, à corriger d’abord : {' ; '.join(found)}.")
