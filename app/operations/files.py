"""Files the application produces, under the data directory; the database keeps their relative names."""

import uuid
from pathlib import Path

from flask import current_app


def new_file(area: str, suffix: str) -> tuple[str, Path]:
    """A fresh name and its path: `("labels/3f…c1.pdf", /data/files/labels/3f…c1.pdf)`."""
    stored = f"{area}/{uuid.uuid4().hex}{suffix}"
    path = path_of(stored)
    path.parent.mkdir(parents=True, exist_ok=True)
    return stored, path


def path_of(stored: str) -> Path:
    """Where a stored name lives; a name that leads out of the directory is a defect."""
    root = (Path(current_app.config["DATA_DIR"]) / "files").resolve()
    path = (root / stored).resolve()
    if not path.is_relative_to(root):
        raise ValueError(f"stored name leads outside: {stored}")
    return path
