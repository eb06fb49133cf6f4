"""Labels of an edition: what is printed and what is not, documents asked for, single reprints."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.models import LabelStatus
from app.documents.wording import count_of
from app.editions.guard import EditionIsClosed
from app.editions.models import Edition
from app.editions.queries import get_slot, list_slots
from app.labels.queries import LabelScope, label_lists, ready_lists
from app.labels.services import mark_printed
from app.operations.models import JobState
from app.operations.queries import get_job, recent_jobs
from app.operations.services import request_job
from app.web.editions import edition_of_page
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.label_page import STATUS_CHOICES, TO_FIX, show_labels
from jobs.queue import dispatch

KIND = "labels"
NO_QUEUE = "La file des travaux ne répond pas. Le travail attend, et partira dès qu’elle revient."


@bp.get("/editions/<int:edition_id>/labels")
def labels(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    text, status = request.args.get("q", "").strip()[:100], request.args.get("status", "")
    slot_id = request.args.get("slot", type=int)
    page = show_labels(
        label_lists(edition, LabelScope(slot_id=slot_id)),
        edition.rulebook,
        text=text,
        status=status,
        page=request.args.get("page", 1, type=int),
    )
    jobs = recent_jobs(KIND, edition.id)
    slots = list_slots(edition.id)
    return render(
        "backoffice/labels.html",
        "results",
        edition=edition,
        shown=page,
        jobs=jobs,
        finished=JobState.DONE,
        text=text,
        chosen=status,
        slot=slot_id or "",
        slot_choices=[("", "Tous les créneaux"), *((each.id, each.label) for each in slots)],
        status_choices=STATUS_CHOICES,
        to_fix=TO_FIX,
        url_for_page=lambda number: url_for(
            "backoffice.labels", edition_id=edition.id, q=text, status=status, slot=slot_id, page=number
        ),
    )


@bp.post("/editions/<int:edition_id>/labels/batches")
def labels_generate(edition_id: int) -> ResponseReturnValue:
    """Ask for the document of a slot, of the lists ticked, or of the whole edition."""
    edition = edition_of_page(edition_id)
    if edition.is_read_only:
        raise EditionIsClosed
    scope, title = _scope_asked_for(edition)
    if not ready_lists(edition, scope):
        flash("Rien à générer ici : ces listes sont déjà imprimées, ou à corriger d’abord.", "warning")
        return _to_labels(edition.id)
    job = request_job(
        KIND,
        title,
        requested_by_id=current_user.id,
        edition_id=edition.id,
        slot_id=scope.slot_id,
        status=scope.status,
        unprinted=scope.unprinted,
        list_ids=list(scope.list_ids),
        cut_marks="cut_marks" in request.form,
    )
    db.session.commit()
    if not dispatch(job):
        flash(NO_QUEUE, "warning")
    return _to_labels(edition.id)


@bp.post("/editions/<int:edition_id>/labels/printed")
def labels_printed(edition_id: int) -> ResponseReturnValue:
    """The lists ticked are on paper."""
    edition = edition_of_page(edition_id)
    return _mark_printed(edition, request.form.getlist("ids", type=int))


@bp.post("/editions/<int:edition_id>/labels/batches/<job_id>/printed")
def labels_batch_printed(edition_id: int, job_id: str) -> ResponseReturnValue:
    """Every list of a document is on paper."""
    edition = edition_of_page(edition_id)
    job = get_job(job_id, current_user)
    if job.kind != KIND or job.edition_id != edition.id:
        raise NotFound("Ce travail n’existe pas, ou plus.")
    return _mark_printed(edition, job.result.get("list_ids", []))


def _mark_printed(edition: Edition, list_ids: list[int]) -> ResponseReturnValue:
    try:
        count = mark_printed(edition.id, list_ids, current_user.id)
    except DomainError as refusal:
        db.session.rollback()
        flash(refusal.message, "warning")
    else:
        db.session.commit()
        flash(f"{count_of(count, 'liste')} : étiquettes imprimées.", "success")
    return _to_labels(edition.id)


def _scope_asked_for(edition: Edition) -> tuple[LabelScope, str]:
    """What the form says, and how the document is called. Lists already printed only when asked for."""
    list_ids = tuple(request.form.getlist("ids", type=int))
    if list_ids:
        return LabelScope(list_ids=list_ids), f"Étiquettes, sélection de {count_of(len(list_ids), 'liste')}"
    only_new = request.form.get("status") == LabelStatus.NOT_GENERATED
    status = LabelStatus.NOT_GENERATED if only_new else None
    unprinted = "printed_too" not in request.form
    slot_id = request.form.get("slot_id", type=int)
    if slot_id is None:
        return LabelScope(status=status, unprinted=unprinted), f"Étiquettes, {edition.name}"
    slot = get_slot(edition.id, slot_id)
    return LabelScope(slot.id, status, unprinted), f"Étiquettes, {slot.label}"


def _to_labels(edition_id: int) -> ResponseReturnValue:
    """Back to the page, with the filters it had."""
    kept = {name: request.form.get(name) or None for name in ("q", "status_filter", "slot_id")}
    return redirect_to(
        url_for(
            "backoffice.labels",
            edition_id=edition_id,
            q=kept["q"],
            status=kept["status_filter"],
            slot=kept["slot_id"],
        )
    )
