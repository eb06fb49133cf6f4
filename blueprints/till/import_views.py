"""Taking in the file that a till exported, when its device cannot send its sales any more."""

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import DomainError
from app.sales.services.journal_import import MAX_BYTES, ImportReport, UnreadableExport, import_journal
from app.web.forms import refuse
from app.web.htmx import render
from blueprints.till import bp
from blueprints.till.forms import JournalFileForm


@bp.get("/imports")
def imports() -> ResponseReturnValue:
    return _show(JournalFileForm())


@bp.post("/imports")
def import_file() -> ResponseReturnValue:
    """Receive what the file holds; answers how much of it was new."""
    form = JournalFileForm()
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise UnreadableExport("Choisissez un fichier.")
        report = import_journal(sent.read(MAX_BYTES + 1), current_user.id, current_app.config["SECRET_KEY"])
    except DomainError as refusal:
        db.session.rollback()
        form.file.errors = []
        refuse(form, refusal)
        return _show(form, status=422)
    return _show(form, report=report)


def _show(
    form: JournalFileForm, *, report: ImportReport | None = None, status: int = 200
) -> ResponseReturnValue:
    return render("till/import.html", "form", status=status, form=form, report=report)
