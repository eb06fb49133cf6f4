"""The sheets of spare labels, drawn from the codes that were set aside when they were asked for."""

from app.core.db import db, in_transaction
from app.core.errors import DomainError
from app.documents.label_sheet import draw_spare_sheets
from app.documents.wording import count_of
from app.labels.queries.spares import spare_codes_of_lists
from app.operations.files import new_file
from app.operations.models import BackgroundJob
from jobs.runner import Progress


def print_spares(job: BackgroundJob, progress: Progress) -> str:
    """Draw the sheets of the lists `first` to `last` (parameters of the job), however often it is run."""
    assert job.edition_id is not None
    first, last = job.params["first"], job.params["last"]
    codes = spare_codes_of_lists(job.edition_id, first, last)
    db.session.commit()
    if not codes:
        raise DomainError("Ces étiquettes de réserve n’existent plus.")
    stored, path = new_file("labels", ".pdf")
    try:
        with path.open("wb") as out:
            draw_spare_sheets(
                codes,
                out,
                lambda done: progress(done, len(codes)),
                cut_marks=bool(job.params.get("cut_marks")),
            )
    except BaseException:
        path.unlink(missing_ok=True)
        raise

    def close() -> None:
        done = db.session.get_one(BackgroundJob, job.id)
        done.result = {"labels": len(codes)}
        done.file, done.file_name = stored, f"etiquettes-de-reserve-{first}-{last}.pdf"

    in_transaction(close)
    return f"{count_of(len(codes), 'étiquette')} de réserve, de {first}-01 à {last}-12."
