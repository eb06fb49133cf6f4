"""What the night does to the logs and to what was told of alerts."""

from functools import partial
from pathlib import Path

from flask import current_app

from app.core.clock import utcnow
from app.core.db import in_transaction
from app.monitoring.services import retention
from app.operations import security_log
from app.operations.audit_retention import archive_old_entries
from app.operations.log_rotation import rotate_logs


def pack_logs() -> str:
    """Pack the files of days gone, remove those that are too old."""
    return rotate_logs(_data_dir() / "log", utcnow())


def archive_security_log() -> str:
    """Seal the security events of days gone, remove those of five years ago."""
    return security_log.archive_security_log(
        _data_dir() / "log", _data_dir() / "archive", current_app.config["SECRET_KEY"], utcnow()
    )


def archive_audit_log() -> str:
    """Seal the audit log's lines older than a year, once the whole of it was verified."""
    return archive_old_entries(_data_dir() / "archive", current_app.config["SECRET_KEY"], utcnow())


def forget_old_alerts() -> str:
    """Alerts of more than a year ago, and to whom they were told."""
    return f"{in_transaction(partial(retention.forget_old_alerts, utcnow()))} alertes oubliées"


def _data_dir() -> Path:
    return Path(current_app.config["DATA_DIR"])
