"""Migrations: from nothing to the models, on both databases."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Column

from app.core.db import db
from config.settings import ROOT

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
