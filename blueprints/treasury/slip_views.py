"""Payout slips: asked for, followed, downloaded."""

from flask import flash, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import NotFound
from app.operations.files import path_of
from app.operations.queries import get_job_of_edition, last_job
from app.operations.services import request_job
from app.payouts.queries import get_ledger_row, outdated_slips
from app.payouts.rules import SlipOutdated, check_slip
from app.web.editions import edition_of_page
from app.web.htmx import redirect_to, render
from blueprints.treasury import bp
from blueprints.treasury.forms import chosen_ids
from jobs.queue import dispatch

GONE = "Ce fichier n’est plus là. Refaites les bordereaux."


@bp.post("/treasury/slips")
def make_slips(edition_id: int) -> ResponseReturnValue:
    """Draw the slips of those ticked (`ids`), or of all computed payouts (`all=1`), in the background."""
    edition = edition_of_page(edition_id)
    ids = chosen_ids()
    title = "Bordereaux de reversement" if not ids or len(ids) > 1 else "Bordereau de reversement"
    job = request_job(
        "slips", title, requested_by_id=current_user.id, edition_id=edition.id, registration_ids=ids
    )
    db.session.commit()
    if not dispatch(job):
        flash("La file des travaux ne répond pas : les bordereaux se feront dès son retour.", "warning")
    return redirect_to(url_for("treasury.slips", edition_id=edition.id))


@bp.get("/treasury/slips")
def slips(edition_id: int) -> ResponseReturnValue:
    """The last slips asked for: how far they are, then their PDF and ZIP."""
    edition = edition_of_page(edition_id)
    job = last_job("slips", edition.id)
    made = job.started_at if job and job.file else None
    outdated = outdated_slips(edition, made, job.params.get("registration_ids")) if job and made else 0
    return render("treasury/slips.html", "slips", edition=edition, job=job, outdated=outdated)


@bp.get("/treasury/slips/<job_id>.zip")
def slips_zip(edition_id: int, job_id: str) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    job = get_job_of_edition(job_id, "slips", edition.id)
    if "zip" not in job.result:
        raise NotFound(GONE)
    return _send(job.result["zip"], job.result["zip_name"], "application/zip")


@bp.get("/treasury/payouts/<int:registration_id>/slip.pdf")
def slip(edition_id: int, registration_id: int) -> ResponseReturnValue:
    """A slip that no longer holds is refused on the payout's page, where it is computed again."""
    row = get_ledger_row(edition_of_page(edition_id), registration_id)
    if row.slip_file is None:
        raise NotFound("Ce bordereau n’est pas encore fait.")
    try:
        check_slip(row.state, row.is_stale)
    except SlipOutdated as refusal:
        flash(refusal.message, "warning")
        return redirect_to(url_for("treasury.payout", edition_id=edition_id, registration_id=registration_id))
    return _send(row.slip_file, f"bordereau-{row.name}.pdf", "application/pdf")


def _send(stored: str, name: str, mimetype: str) -> ResponseReturnValue:
    path = path_of(stored)
    if not path.is_file():
        raise NotFound(GONE)
    return send_file(path, mimetype=mimetype, as_attachment=True, download_name=name, conditional=True)
