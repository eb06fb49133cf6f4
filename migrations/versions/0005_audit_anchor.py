"""lines of the audit log older than a year may leave it, once an anchor says where the rest begins

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op

from app.core.db import CodeString, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ANCHORED = "(SELECT COALESCE(MAX(up_to_seq), 0) FROM audit_anchor)"


def upgrade() -> None:
    if "audit_anchor" not in sa.inspect(op.get_bind()).get_table_names():
        op.create_table(
            "audit_anchor",
            sa.Column(
                "up_to_seq",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                autoincrement=False,
                nullable=False,
            ),
            sa.Column("hash", CodeString(64), nullable=False),
            sa.Column("archived_at", UtcDateTime(), nullable=False),
            sa.Column("archive", sa.String(length=80), nullable=False),
            sa.PrimaryKeyConstraint("up_to_seq", name=op.f("pk_audit_anchor")),
        )
    sqlite = op.get_bind().dialect.name == "sqlite"
    a_year_ago = "datetime('now', '-365 days')" if sqlite else "UTC_TIMESTAMP() - INTERVAL 365 DAY"
    old_enough = (
        "SELECT 1 FROM audit_entry WHERE seq = NEW.up_to_seq AND hash = NEW.hash "
        f"AND at < {a_year_ago}"
    )
    _refuse("audit_entry", "delete", "audit_entry is append-only", f"OLD.seq > {ANCHORED}")
    _refuse("audit_anchor", "insert", "no line of the audit log this old", f"NOT EXISTS ({old_enough})")
    _refuse("audit_anchor", "update", "audit_anchor is append-only", "1 = 1")
    _refuse("audit_anchor", "delete", "audit_anchor is append-only", "1 = 1")


def _refuse(table: str, verb: str, message: str, condition: str) -> None:
    """The database itself refuses to do this to a row for which the condition is true."""
    name = f"{table}_no_{verb}"
    op.execute(f"DROP TRIGGER IF EXISTS {name}")
    before = f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} FOR EACH ROW"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"{before} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END")
    else:
        signal = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{message}'"
        op.execute(f"{before} IF {condition} THEN {signal}; END IF")
