"""Finding and sorting names as people do: without accents or capitals, alike on both databases.

MariaDB's collation compares that way by itself; SQLite gets a function.
"""

import sqlite3
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Engine, String, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def fold_text(text: str | None) -> str:
    """`Thérèse HERVÉ` → `therese herve`."""
    folded = (text or "").casefold()
    if folded.isascii():
        return folded
    parts = unicodedata.normalize("NFKD", folded)
    return "".join(each for each in parts if not unicodedata.combining(each))


class _Folded(FunctionElement[str]):
    inherit_cache = True
    type = String()


@compiles(_Folded, "sqlite")
def _folded_sqlite(element: _Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"fold_text({compiler.process(element.clauses, **options)})"


@compiles(_Folded)
def _folded_mariadb(element: _Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} collate utf8mb4_unicode_ci)"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection: Any, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("fold_text", 1, fold_text, deterministic=True)


def contains(column: ColumnElement[Any] | Any, typed: str) -> ColumnElement[bool]:
    """Whether a text column holds what was typed; wildcards typed by hand are plain characters."""
    wanted = fold_text(typed).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return _Folded(column).like(f"%{wanted}%", escape="\\")


def alphabetical(column: ColumnElement[Any] | Any) -> ColumnElement[str]:
    """What to order a text column by: `Abrivard`, `ALEXANDRE`, `Élian`, `Virgile`, as in a directory."""
    return _Folded(column)
