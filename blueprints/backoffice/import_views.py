"""Importing a Billetweb export: upload, preview, mappings, start, report."""

import io
from collections.abc import Iterable, Mapping

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import DomainError
from app.deposits.billetweb import MAX_BYTES, Outcome, fold, read_billetweb
from app.deposits.models import BilletwebUpload
from app.deposits.queries.billetweb import get_upload, preview_import
from app.deposits.services.billetweb_import import lock_upload, set_mappings
from app.editions.models import LIST_KIND_LABELS, Edition, ListKind
from app.editions.queries import list_slots
from app.operations.kept_exports import keep_export, kept_export, kept_path
from app.operations.queries import get_job
from app.operations.services import request_job
from app.web.editions import edition_of_page
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.registration_forms import UploadForm
from jobs.queue import dispatch

ONE = "/editions/<int:edition_id>/import/<int:upload_id>"

OUTCOMES = (
    (Outcome.NEW, "Nouveaux", "Un compte est créé, une invitation part."),
    (Outcome.KNOWN, "Déjà connus", "La personne a déjà un compte : elle est inscrite à cette édition."),
    (Outcome.ALREADY_REGISTERED, "Déjà inscrits", "Rien ne change pour ces personnes."),
    (Outcome.DUPLICATE, "En double", "La première ligne compte, celle-ci n’ajoute rien."),
    (Outcome.IGNORED, "Ignorés", "Billets non payés, annulés ou remboursés."),
)


@bp.route("/editions/<int:edition_id>/import", methods=["GET", "POST"])
def registration_import(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    form = UploadForm()
    if request.method == "POST":
        try:
            upload = _store(edition)
        except DomainError as refusal:
            db.session.rollback()
            form.file.errors = []
            refuse(form, refusal)
        else:
            db.session.commit()
            return redirect_to(_address("preview", upload))
    status = 422 if form.errors or form.form_errors else 200
    return render("backoffice/import.html", "form", status=status, edition=edition, form=form)


def _store(edition: Edition) -> BilletwebUpload:
    """Read the file, this once, and keep its rows for the preview and the import.

    It is read outside any transaction: on SQLite, a POST that looked anything up holds the write lock, and
    every till would wait for the reading.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise DomainError("Choisissez le fichier exporté de Billetweb.", "file")
    content = sent.read(MAX_BYTES + 1)
    db.session.rollback()
    file = read_billetweb(io.BytesIO(content), sent.filename)
    return keep_export(edition, file, by_id=current_user.id)


@bp.get(f"{ONE}/preview")
def registration_import_preview(edition_id: int, upload_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    upload = get_upload(edition.id, upload_id)
    if upload.job_id is not None:
        return redirect(_address("report", upload))
    return _show_preview(edition, upload)


def _show_preview(edition: Edition, upload: BilletwebUpload, status: int = 200) -> ResponseReturnValue:
    file = kept_export(upload)
    preview = preview_import(edition, upload, file)
    slots = list_slots(edition.id)
    return render(
        "backoffice/import_preview.html",
        status=status,
        edition=edition,
        upload=upload,
        row_count=len(file.rows),
        events=file.events,
        preview=preview,
        counts=preview.counts,
        outcomes=OUTCOMES,
        errors=[problem for row in preview.of(Outcome.ERROR) for problem in row.problems],
        kind_labels=LIST_KIND_LABELS,
        slots=slots,
        slot_rows=_mapping_rows(
            (row.slot_label for row in file.rows),
            {**{each.label: each.id for each in slots}, **upload.slot_mapping},
        ),
        tariff_rows=_mapping_rows(
            (row.tariff_label for row in file.rows),
            {**edition.rulebook.tariff_kinds(), **upload.tariff_mapping},
        ),
        kinds=[(kind.value, LIST_KIND_LABELS[kind]) for kind in ListKind],
    )


def _mapping_rows(labels: Iterable[str], known: Mapping[str, object]) -> list[tuple[str, int, object]]:
    """(label, how many rows, what it stands for now): first what is not understood, else as in the file."""
    folded = {fold(label): target for label, target in known.items()}
    counts: dict[str, int] = {}
    for label in labels:
        if label:
            counts[label] = counts.get(label, 0) + 1
    rows = [(label, count, folded.get(fold(label))) for label, count in counts.items()]
    return sorted(rows, key=lambda row: row[2] is not None)


@bp.post(f"{ONE}/mapping")
def registration_import_mapping(edition_id: int, upload_id: int) -> ResponseReturnValue:
    """Which slot and which list kind the labels of the file stand for (`slot:<label>`, `tariff:<label>`)."""
    edition = edition_of_page(edition_id)
    upload = get_upload(edition.id, upload_id)
    chosen = {name: value for name, value in request.form.items() if value}
    slots = {name[5:]: value for name, value in chosen.items() if name.startswith("slot:")}
    try:
        if not all(value.isdigit() and len(value) < 10 for value in slots.values()):
            raise DomainError("Choisissez les créneaux dans la liste.")
        set_mappings(
            upload,
            {label: int(value) for label, value in slots.items()},
            {name[7:]: value for name, value in chosen.items() if name.startswith("tariff:")},
        )
    except DomainError as refusal:
        db.session.rollback()
        flash(refusal.message, "danger")
        return _show_preview(edition, get_upload(edition.id, upload_id), status=422)
    db.session.commit()
    flash("Les correspondances sont enregistrées.", "success")
    return redirect_to(_address("preview", upload))


@bp.post(f"{ONE}/start")
def registration_import_start(edition_id: int, upload_id: int) -> ResponseReturnValue:
    """Hand the import to the worker; a second click finds the first one's job."""
    edition = edition_of_page(edition_id)
    upload = get_upload(edition.id, upload_id)
    lock_upload(upload)
    if upload.job_id is None:
        kept_path(upload)
        job = request_job(
            "billetweb_import",
            f"Import de {upload.filename}"[:120],
            requested_by_id=current_user.id,
            edition_id=edition.id,
            upload_id=upload.id,
        )
        upload.job_id = job.id
        db.session.commit()
        dispatch(job)
    return redirect_to(_address("report", upload))


@bp.get(f"{ONE}/report")
def registration_import_report(edition_id: int, upload_id: int) -> ResponseReturnValue:
    """The progress bar while the import runs, then what it did."""
    edition = edition_of_page(edition_id)
    upload = get_upload(edition.id, upload_id)
    if upload.job_id is None:
        return redirect(_address("preview", upload))
    job = get_job(upload.job_id, current_user)
    return render("backoffice/import_report.html", "report", edition=edition, upload=upload, job=job)


def _address(page: str, upload: BilletwebUpload) -> str:
    return url_for(
        f"backoffice.registration_import_{page}", edition_id=upload.edition_id, upload_id=upload.id
    )
