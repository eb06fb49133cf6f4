"""`/healthz`: whether the application, its database and its queue answer, for people and for probes."""

from typing import Any

import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, Response, current_app, jsonify
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import db

log = structlog.get_logger()


def init_health(app: Flask) -> None:
    app.add_url_rule("/healthz", "healthz", healthz)


def healthz() -> tuple[Response, int]:
    """200 when selling can go on: the database answers and its schema is this version's.

    The queue is told but does not fail the check: selling, syncing and paying go on without it.
    """
    database, revision = _database()
    head = _head()
    healthy = database and revision == head
    body: dict[str, Any] = {
        "status": "ok" if healthy else "failing",
        "database": "ok" if database else "unreachable",
        "migration": revision,
        "migration_head": head,
        "queue": "ok" if _queue() else "unreachable",
    }
    return jsonify(body), 200 if healthy else 503


def _database() -> tuple[bool, str | None]:
    try:
        return True, MigrationContext.configure(db.session.connection()).get_current_revision()
    except SQLAlchemyError as error:
        log.error("health.database_unreachable", error=str(error))
        db.session.rollback()
        return False, None


def _head() -> str | None:
    return ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()


def _queue() -> bool:
    try:
        client = Redis.from_url(current_app.config["REDIS_URL"], socket_connect_timeout=1, socket_timeout=1)
        return bool(client.ping())
    except RedisError as error:
        log.warning("health.queue_unreachable", error=str(error))
        return False
