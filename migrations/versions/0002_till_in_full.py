"""the till in full: orders and shifts, reconciliation, paper sales, unlabelled items, spare labels

Revision: 0002
After: 0001
"""

import sqlalchemy as sa
from alembic import op

from app.core.db import CodeString, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    for name, make in NEW_TABLES.items():
        if name not in there:
            make()
    for table, columns in NEW_COLUMNS.items():
        _add(table, columns())
    _index("journal_entry", "ix_journal_entry_device_verdict", ["device_id", "verdict"])
    _index("sale_line", "ix_sale_line_code", ["code"])
    _fill_totals()


def _index(table: str, name: str, columns: list[str]) -> None:
    if name not in {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(name, table, columns)


def _add(table: str, columns: list[tuple[sa.Column, str | None]]) -> None:
    """Add the columns that are not there yet, each with the table it refers to; safe to run again."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    missing = [(column, target) for column, target in columns if column.name not in known]
    for column, target in missing:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(_add_in_place(table, column, target))
            continue
        op.add_column(table, column)
        if target:
            name = op.f(f"fk_{table}_{column.name}_{target}")
            op.create_foreign_key(name, table, target, [column.name], ["id"])


def _add_in_place(table: str, column: sa.Column, target: str | None) -> str:
    """SQLite's own words: making the table anew, as alembic does for a key, breaks the rows that refer to it."""
    dialect = op.get_bind().dialect
    sa.Table(table, sa.MetaData(), column)
    definition = dialect.ddl_compiler(dialect, None).get_column_specification(column)
    key = f' CONSTRAINT fk_{table}_{column.name}_{target} REFERENCES "{target}" (id)' if target else ""
    return f'ALTER TABLE "{table}" ADD COLUMN {definition}{key}{_check(table, column)}'


def _check(table: str, column: sa.Column) -> str:
    """The check of a choice, as part of the column."""
    if not isinstance(column.type, sa.Enum):
        return ""
    values = ", ".join(f"'{value}'" for value in column.type.enums)
    return f" CONSTRAINT ck_{table}_{column.type.name} CHECK ({column.name} IN ({values}))"


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


NEW_COLUMNS = {
    "journal_entry": lambda: [
        (sa.Column("total_cents", sa.Integer(), server_default="0", nullable=False), None),
        (sa.Column("seen_at", UtcDateTime(), nullable=True), None),
        (sa.Column("seen_by_id", sa.Integer(), nullable=True), "user"),
    ],
    "sale": lambda: [
        (
            sa.Column(
                "origin", _choice("saleorigin", "till", "paper"), server_default="till", nullable=False
            ),
            None,
        ),
        (sa.Column("entered_by_id", sa.Integer(), nullable=True), "user"),
    ],
    "sale_line": lambda: [
        (sa.Column("description", sa.String(length=120), nullable=True), None),
        (sa.Column("assigned_by_id", sa.Integer(), nullable=True), "user"),
        (sa.Column("assigned_at", UtcDateTime(), nullable=True), None),
    ],
    "sync_conflict": lambda: [
        (
            sa.Column(
                "resolution",
                _choice("conflictresolution", "refunded", "reassigned", "unclaimed"),
                nullable=True,
            ),
            None,
        ),
        (sa.Column("note", sa.String(length=300), nullable=True), None),
    ],
    "till_device": lambda: [
        (sa.Column("login_id", sa.Integer(), nullable=True), "user_session"),
        (sa.Column("health", sa.JSON(), nullable=True), None),
        (sa.Column("reconciled_at", UtcDateTime(), nullable=True), None),
        (sa.Column("reconciliation", sa.JSON(), nullable=True), None),
    ],
}


def _fill_totals() -> None:
    """What entries of before took (sales) or gave back (voids)."""
    op.execute(
        "UPDATE journal_entry SET total_cents = COALESCE("
        "(SELECT sale.total_cents FROM sale WHERE sale.entry_id = journal_entry.id),"
        "(SELECT SUM(payment.amount_cents) FROM payment JOIN sale_void ON sale_void.id = payment.void_id"
        " WHERE sale_void.entry_id = journal_entry.id), 0)"
    )


def _till_order() -> None:
    op.create_table(
        "till_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("till_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("tillorderkind", "synchronise"), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_till_order_asked_by_id_user")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_till_order_edition_id_edition")),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_till_order_till_id_till")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_order")),
        sa.Index("ix_till_order_edition_id", "edition_id"),
        sa.Index("ix_till_order_till_id", "till_id"),
    )


def _till_shift() -> None:
    op.create_table(
        "till_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_till_shift_edition_id_edition")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["till_session.id"], name=op.f("fk_till_shift_session_id_till_session")
        ),
        sa.ForeignKeyConstraint(["volunteer_id"], ["user.id"], name=op.f("fk_till_shift_volunteer_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_shift")),
        sa.Index("ix_till_shift_edition_id", "edition_id"),
        sa.Index("ix_till_shift_session_id", "session_id"),
    )


def _label_incident() -> None:
    op.create_table(
        "label_incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("till_id", sa.Integer(), nullable=True),
        sa.Column("trouble", _choice("labeltrouble", "unreadable", "damaged", "missing"), nullable=False),
        sa.Column("outcome", _choice("labeloutcome", "sold_by_hand", "reprinted", "spare"), nullable=True),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_label_incident_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_label_incident_item_id_item")),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["user.id"], name=op.f("fk_label_incident_reported_by_id_user")
        ),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_label_incident_till_id_till")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_incident")),
        sa.Index("ix_label_incident_edition_at", "edition_id", "reported_at"),
        sa.Index("ix_label_incident_edition_id", "edition_id"),
        sa.Index("ix_label_incident_item_id", "item_id"),
    )


def _spare_label() -> None:
    op.create_table(
        "spare_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", CodeString(10), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("bound_at", UtcDateTime(), nullable=True),
        sa.Column("bound_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bound_by_id"], ["user.id"], name=op.f("fk_spare_label_bound_by_id_user")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_spare_label_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_spare_label_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spare_label")),
        sa.UniqueConstraint("edition_id", "code", name="uq_spare_label_edition_code"),
        sa.Index("ix_spare_label_edition_id", "edition_id"),
        sa.Index("ix_spare_label_item_id", "item_id"),
    )


NEW_TABLES = {
    "till_order": _till_order,
    "till_shift": _till_shift,
    "label_incident": _label_incident,
    "spare_label": _spare_label,
}
