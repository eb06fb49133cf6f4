"""Background work: what is under way, and the files that came out of it."""

from flask import abort, flash, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import NotFound
from app.operations.files import path_of
from app.operations.models import JobState
from app.operations.queries import get_job, list_jobs
from app.operations.rules import SEES_ALL_JOBS
from app.operations.services import request_again
from app.web.htmx import is_htmx, redirect_to, render
from blueprints.operations import (  # noqa: F401 - they attach themselves to bp
    alert_views,
    audit_views,
    bp,
    on_call_views,
    outbox_views,
    rule_views,
    service_views,
)
from blueprints.operations.job_roles import may_ask_again
from jobs.queue import dispatch

GONE = "Ce fichier n’est plus là. Relancez le travail pour en faire un nouveau."


@bp.get("/jobs")
def jobs() -> ResponseReturnValue:
    found = list_jobs(current_user, request.args.get("page", 1, type=int))
    return render(
        "operations/jobs.html",
        found=found,
        everybody=bool(current_user.roles & SEES_ALL_JOBS),
        url_for_page=lambda page: url_for("operations.jobs", page=page),
    )


@bp.get("/jobs/<job_id>")
def job(job_id: str) -> ResponseReturnValue:
    """A page of its own; HTMX asks for its progress every second until it is finished."""
    found = get_job(job_id, current_user)
    response = render("operations/job.html", "job", job=found)
    if is_htmx() and found.state in (JobState.DONE, JobState.FAILED):
        response.headers["HX-Trigger"] = "jobFinished"
    return response


@bp.get("/jobs/<job_id>/file")
def job_file(job_id: str) -> ResponseReturnValue:
    found = get_job(job_id, current_user)
    path = path_of(found.file) if found.file else None
    if path is None or not path.is_file():
        raise NotFound(GONE)
    return send_file(path, as_attachment=True, download_name=found.file_name or path.name, conditional=True)


@bp.post("/jobs/<job_id>/again")
def job_again(job_id: str) -> ResponseReturnValue:
    failed = get_job(job_id, current_user)
    if not may_ask_again(failed):
        abort(403)
    again = request_again(failed, current_user.id)
    db.session.commit()
    if not dispatch(again):
        flash(
            "La file des travaux ne répond pas. Celui-ci attend, et partira dès qu’elle revient.", "warning"
        )
    return redirect_to(url_for("operations.job", job_id=again.id))
