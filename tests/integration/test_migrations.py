"""Migrations: from nothing to the models, on both databases."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import stamp, upgrade
from sqlalchemy import Column, Connection, MetaData, text
from sqlalchemy.exc import DBAPIError

from app.core.audit import AuditCheck, record, verify
from app.core.db import db
from config.settings import ROOT
from tests.support.databases import Databases, make_app

MIGRATIONS = str(ROOT / "migrations")


def test_the_migrations_make_the_tables_of_the_models(own_app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)
    assert [describe(difference) for difference in differences] == []


def test_there_is_one_line_of_migrations() -> None:
    assert len(ScriptDirectory(MIGRATIONS).get_heads()) == 1


def describe(difference: Any) -> str:
    """A line a person can read, of what alembic found."""
    if isinstance(difference, list):
        return "; ".join(map(describe, difference))
    words = [f"{part.table}.{part.name}" if isinstance(part, Column) else str(part) for part in difference]
    return " ".join(words)


@pytest.mark.slow
def test_the_anchor_of_the_audit_log_can_be_made_again(databases: Databases, tmp_path: Path) -> None:
    app = make_app(databases.create_empty(), tmp_path)
    with app.app_context():
        upgrade(MIGRATIONS, revision="0004")
        record("edition.opened", "edition:1")
        db.session.commit()
        upgrade(MIGRATIONS)
        stamp(MIGRATIONS, revision="0004")
        upgrade(MIGRATIONS, revision="0005")
        assert verify() == AuditCheck(1, None)
        for statement in ("DELETE FROM audit_entry", "UPDATE audit_entry SET subject = 'edition:2'"):
            with pytest.raises(DBAPIError):
                db.session.execute(text(statement))
            db.session.rollback()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.slow
def test_sales_made_under_the_first_revision_are_kept(databases: Databases, tmp_path: Path) -> None:
    app = make_app(databases.create_empty(), tmp_path)
    with app.app_context():
        upgrade(MIGRATIONS, revision="0001")
        _sell_under_the_first_revision()
        upgrade(MIGRATIONS)
        entries = db.session.execute(text("SELECT total_cents, verdict FROM journal_entry ORDER BY id")).all()
        assert [tuple(entry) for entry in entries] == [(450, "confirmed"), (-150, "confirmed")]
        assert db.session.scalar(text("SELECT origin FROM sale")) == "till"
        tally = db.session.execute(
            text("SELECT sales, items, amount_cents, cash_cents, hour FROM sale_tally")
        )
        assert [str(figure)[:13] for figure in tally.one()] == ["1", "1", "450", "300", "2026-03-01 00"]
        db.session.remove()
        db.engine.dispose()


def _sell_under_the_first_revision() -> None:
    """A sale of 4,50 €, of which 1,50 € was given back."""
    tables = MetaData()
    with db.engine.begin() as connection:
        tables.reflect(connection)
        put = partial(_put, connection, tables)
        put("user", role="volunteer")
        put("edition", state="selling")
        put("till", edition_id=1)
        put("journal_entry", id=1, uuid="a", seq=1, till_id=1, verdict="confirmed")
        put("journal_entry", id=2, uuid="b", seq=2, till_id=1, verdict="confirmed")
        put("sale", edition_id=1, entry_id=1, till_id=1, total_cents=450)
        put("sale_line", edition_id=1, sale_id=1, state="active", price_cents=450)
        put("sale_void", edition_id=1, entry_id=2, sale_id=1)
        put("payment", id=1, edition_id=1, sale_id=1, amount_cents=450, method="cash")
        put("payment", id=2, edition_id=1, sale_id=1, void_id=1, amount_cents=-150, method="cash")


def _put(connection: Connection, tables: MetaData, name: str, **values: Any) -> None:
    """Insert a row; what must be filled and was not said gets a value of its type."""
    fillers: dict[type, Any] = {int: 1, str: "1", datetime: datetime(2026, 3, 1), bool: False, object: {}}
    table = tables.tables[name]
    for column in table.columns:
        if not column.nullable and column.server_default is None and column.name not in values:
            values[column.name] = fillers[column.type.python_type]
    connection.execute(table.insert().values({"id": 1, **values}))
