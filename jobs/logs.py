"""What the night does to the logs."""

from pathlib import Path

from flask import current_app

from app.core.clock import utcnow
from app.operations.log_rotation import rotate_logs


def keep_logs() -> str:
    """At four: pack the files of days gone, remove those that are too old."""
    return rotate_logs(Path(current_app.config["DATA_DIR"]) / "log", utcnow())
