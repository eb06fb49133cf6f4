"""The database: one `db`, its column types, and how transactions begin on each engine."""

import enum
import sqlite3
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from random import random
from typing import TYPE_CHECKING, Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, DateTime, Dialect, Engine, Enum, MetaData, String, Update, event
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


# Flask-SQLAlchemy commits nothing by itself; objects stay readable after a commit.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:

    class Model(Base):
        """What every table derives from (for type checkers; at run time Flask-SQLAlchemy's own class)."""

        __abstract__ = True

        def __init__(self, **values: Any) -> None: ...
else:
    Model = db.Model

# A GET request promises not to write: its transactions take no write lock, and its session no flush.
read_only: ContextVar[bool] = ContextVar("read_only", default=False)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetime with microseconds on both databases; refuses naive values."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def CodeString(length: int) -> String:  # noqa: N802 - reads as a type in a column
    """Text compared byte for byte (codes, tokens, e-mails, uuids), also on MariaDB."""
    return String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def enum_column(cls: type[enum.StrEnum]) -> Enum:
    """A StrEnum stored by its value, with a check constraint."""
    return Enum(
        cls,
        native_enum=False,
        length=24,
        values_callable=lambda members: [member.value for member in members],
        create_constraint=True,
        name=cls.__name__.lower(),
    )


class ReadOnlyRequest(RuntimeError):
    """A GET request tried to write: a defect of the view, never of the visitor."""


@event.listens_for(Session, "before_flush")
def _refuse_writes_when_reading(session: Session, *_: object) -> None:
    if read_only.get() and (session.new or session.dirty or session.deleted):
        raise ReadOnlyRequest("GET never writes")


@event.listens_for(Session, "do_orm_execute")
def _refuse_statements_when_reading(state: ORMExecuteState) -> None:
    if read_only.get() and (state.is_insert or state.is_update or state.is_delete):
        raise ReadOnlyRequest("GET never writes")


def prepare_engine(engine: Engine) -> None:
    """Make a new engine behave: SQLite in WAL with honest locks, MariaDB in UTC, READ COMMITTED."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def engine_options(url: str) -> dict[str, Any]:
    """Options of `create_engine` for a database URL. What a statement was given stays out of error messages:
    they go to the log."""
    if url.startswith("sqlite"):
        return {
            "connect_args": {"timeout": 15, "check_same_thread": False},
            "pool_size": 20,
            "hide_parameters": True,
        }
    return {
        "hide_parameters": True,
        "isolation_level": "READ COMMITTED",
        "pool_pre_ping": True,
        "pool_recycle": 1800,
        "pool_size": 10,
        "max_overflow": 10,
        "connect_args": {
            "charset": "utf8mb4",
            "init_command": "SET time_zone='+00:00', innodb_lock_wait_timeout=10",
        },
    }


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if read_only.get() else "BEGIN IMMEDIATE")


# MariaDB asks for the whole transaction again: deadlock, lock wait, snapshot too old.
_RETRY_CODES = {1213, 1205, 1020}
T = TypeVar("T")


ATTEMPTS = 8
# Seconds before the second attempt, at most; twice as many before each that follows.
_PAUSE = 0.01


def in_transaction(work: Callable[[], T]) -> T:
    """Run `work` and commit; the whole of it again, a moment later, when the database says the locks clashed.

    `work` must load everything it changes itself. Errors other than a lock clash are raised as they
    come, after a rollback.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result = work()
            db.session.commit()
        except OperationalError as error:
            db.session.rollback()
            if attempt == ATTEMPTS or not is_lock_clash(error):
                raise
            pause_after_clash(attempt)
        except BaseException:
            db.session.rollback()
            raise
        else:
            return result
    raise AssertionError("unreachable")


def pause_after_clash(attempt: int) -> None:
    """Those that clashed come back one after the other; `attempt` from 1."""
    time.sleep(random() * _PAUSE * 2 ** (attempt - 1))


def failure_event(error: BaseException | None, otherwise: str) -> str:
    """What the log calls an unforeseen error: `database.failed` when the database raised it."""
    return "database.failed" if isinstance(error, SQLAlchemyError) else otherwise


# A check constraint of MariaDB and of MySQL, a date out of range: PyMySQL calls them what it calls a lost
# connection.
_REFUSED_CODES = {4025, 3819, 1292}


def refuses_values(error: SQLAlchemyError) -> bool:
    """The database, or a column's type, will not have these values, today or ever. False for what passes by
    itself: a lock, a lost connection, a full disk."""
    if isinstance(error, DBAPIError):
        return isinstance(error, DataError | IntegrityError) or _code(error) in _REFUSED_CODES
    return isinstance(error, StatementError)


def is_lock_clash(error: OperationalError) -> bool:
    """Whether the whole transaction may simply be tried again."""
    return _code(error) in _RETRY_CODES or "database is locked" in str(error.orig)


def _code(error: DBAPIError) -> object:
    """The number MariaDB gives it."""
    return next(iter(getattr(error.orig, "args", ())), None)


def rows_changed(statement: Update, **options: Any) -> int:
    """Execute an UPDATE, with these execution options; how many rows it changed."""
    result = db.session.execute(statement, execution_options=options)
    assert isinstance(result, CursorResult)
    return int(result.rowcount)
