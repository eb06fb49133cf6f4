"""The background import of a Billetweb export."""

from functools import partial

from app.core.db import db, in_transaction
from app.core.errors import DomainError
from app.deposits.billetweb import Outcome
from app.deposits.models import BilletwebUpload
from app.deposits.queries.billetweb import ImportRow, preview_import
from app.deposits.services.billetweb_import import ImportReport, import_rows, record_import
from app.editions.queries import get_edition
from app.operations.kept_exports import kept_export, kept_path
from app.operations.models import BackgroundJob
from app.web.links import activation_link
from jobs.queue import dispatch_mail
from jobs.runner import Progress

# Rows registered in one transaction, in some 0.3 s: the edition's row is locked meanwhile, and on SQLite
# every till waits.
BATCH = 100


def import_billetweb(job: BackgroundJob, progress: Progress) -> str:
    """Register the rows of an upload, invite the people, and leave a report in `job.result`.

    Running it again, after a crash or on purpose, adds nobody twice: rows are classified again.
    """
    upload = db.session.get_one(BilletwebUpload, job.params["upload_id"])
    if upload.stored is None:
        raise DomainError("Ce fichier est déjà importé.")
    file, path = kept_export(upload), kept_path(upload)
    preview = preview_import(get_edition(upload.edition_id), upload, file)
    report = _import_all(upload.edition_id, preview.to_import, progress)
    counts = preview.counts
    refused = [*(each for row in preview.of(Outcome.ERROR) for each in row.problems), *report.problems]
    result = {
        "created": report.created,
        "known": report.known,
        "already_registered": counts[Outcome.ALREADY_REGISTERED],
        "duplicates": counts[Outcome.DUPLICATE],
        "ignored": counts[Outcome.IGNORED],
        "errors": [[each.row, each.column, each.message] for each in sorted(refused, key=lambda p: p.row)],
    }

    def close() -> None:
        db.session.get_one(BackgroundJob, job.id).result = result
        record_import(db.session.get_one(BilletwebUpload, upload.id), report, by_id=job.requested_by_id)

    in_transaction(close)
    path.unlink(missing_ok=True)
    dispatch_mail()
    errors = len({each.row for each in refused})
    added = report.created + report.known
    return (
        f"{added} inscription{'s' if added > 1 else ''} ajoutée{'s' if added > 1 else ''}, "
        f"{errors} ligne{'s' if errors > 1 else ''} en erreur."
    )


def _import_all(edition_id: int, rows: tuple[ImportRow, ...], progress: Progress) -> ImportReport:
    report = ImportReport()
    progress(0, len(rows))
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        report.add(in_transaction(partial(import_rows, edition_id, batch, activation_link)))
        progress(start + len(batch), len(rows))
    return report
