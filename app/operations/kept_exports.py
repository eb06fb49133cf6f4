"""Billetweb exports between their upload and their import: the rows that were read, in a file of their own.

They hold personal data: the import throws its file away, and after a day the schedule throws away the others.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.core.clock import utcnow
from app.core.errors import DomainError
from app.deposits.billetweb import BilletwebFile
from app.deposits.models import BilletwebUpload
from app.deposits.services.billetweb_import import remember_upload
from app.editions.models import Edition
from app.operations.files import new_file, path_of

_AREA, _SUFFIX = "billetweb", ".json"
KEPT_FOR = timedelta(days=1)


class ExportGone(DomainError):
    def __init__(self) -> None:
        super().__init__("Ce fichier n’est plus gardé ici : envoyez-le de nouveau.")


def keep_export(edition: Edition, file: BilletwebFile, *, by_id: int | None) -> BilletwebUpload:
    """Note an upload and keep its rows. Raises DomainError when the edition takes no registrations."""
    stored, path = new_file(_AREA, _SUFFIX)
    upload = remember_upload(edition, file.filename, stored, by_id=by_id)
    path.write_text(file.to_json(), encoding="utf-8")
    return upload


def kept_path(upload: BilletwebUpload) -> Path:
    """Where the rows of an upload are; raises ExportGone, also for what another version kept."""
    path = path_of(upload.stored) if upload.stored else None
    if path is None or path.suffix != _SUFFIX or not path.is_file():
        raise ExportGone
    return path


def kept_export(upload: BilletwebUpload) -> BilletwebFile:
    """What was read of an upload; raises ExportGone."""
    path = kept_path(upload)
    try:
        return BilletwebFile.from_json(path.read_text(encoding="utf-8"))
    except (KeyError, TypeError, ValueError) as error:  # rows as another version knew them
        raise ExportGone from error


def forget_exports() -> str:
    """Delete what was kept for a day; hourly."""
    limit = utcnow() - KEPT_FOR
    files = [path for path in path_of(_AREA).glob("*") if _written_at(path.stat().st_mtime) < limit]
    for path in files:
        path.unlink(missing_ok=True)
    return f"{len(files)} exports oubliés" if files else ""


def _written_at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
