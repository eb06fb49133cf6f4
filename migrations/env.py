"""Alembic's environment: the application's own engine and metadata, on SQLite and MariaDB alike."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import String

from app.core.db import UtcDateTime, db


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our own column types by their names, with their imports."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from app.core.db import UtcDateTime")
        return "UtcDateTime()"
    variant = item._variant_mapping.get("mysql") if kind == "type" and isinstance(item, String) else None
    if variant is not None and getattr(variant, "collation", None) == "utf8mb4_bin":
        autogen.imports.add("from app.core.db import CodeString")
        return f"CodeString({item.length})"
    return False


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
