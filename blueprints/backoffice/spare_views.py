"""Spare labels: sheets asked for by a manager; put on an item by whoever has the item in hand."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db, in_transaction
from app.core.errors import DomainError, NotFound
from app.deposits.queries.items import find_by_label
from app.deposits.wording import item_words
from app.editions.models import Edition
from app.labels.queries.spares import BoundSpare, find_spare, get_spare, latest_bound, spare_counts
from app.labels.services import bind_spare, create_spares, release_spare
from app.labels.wording import colour_of
from app.operations.queries import recent_jobs
from app.operations.services import request_job
from app.web.access import may_use
from app.web.editions import edition_of_page
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.label_forms import SheetsForm, SpareForm
from blueprints.backoffice.label_views import NO_QUEUE
from jobs.queue import dispatch

KIND = "spare_labels"
ALL = "/editions/<int:edition_id>/spares"


@bp.get(ALL)
def spares(edition_id: int) -> ResponseReturnValue:
    """Scan a spare label, then the item it is put on; `spare`: what was scanned, `done`: what was bound."""
    edition, form = edition_of_page(edition_id), SpareForm(formdata=None)
    done = request.args.get("done", type=int)
    found = None
    if "spare" in request.args:
        form.spare.data = request.args["spare"].strip()[:40]
        found = _find(edition, form)
    return _page(edition, form, found=found, done=get_spare(edition.id, done) if done else None)


@bp.post(ALL)
def spares_bind(edition_id: int) -> ResponseReturnValue:
    edition, form = edition_of_page(edition_id), SpareForm()
    found = _find(edition, form)
    if found is None or not form.validate():
        return _page(edition, form, found=found)
    typed = form.item.data
    try:
        item = find_by_label(edition, typed).item
        in_transaction(lambda: bind_spare(edition.id, found.code, item.id, current_user.id))
    except NotFound:
        raise
    except DomainError as refusal:
        refuse(form, refusal)
        return _page(edition, form, found=found)
    return redirect_to(url_for("backoffice.spares", edition_id=edition.id, done=found.id))


@bp.post(f"{ALL}/<int:spare_id>/release")
def spares_release(edition_id: int, spare_id: int) -> ResponseReturnValue:
    """It is off the item: blank again."""
    edition = edition_of_page(edition_id)
    spare = in_transaction(lambda: release_spare(edition.id, spare_id, current_user.id))
    name = get_spare(edition.id, spare.id).name
    flash(f"L’étiquette de réserve {name} n’est plus sur un article : les caisses la refusent.", "success")
    item_id = request.form.get("item_id", type=int)
    if item_id:
        return redirect_to(url_for("backoffice.item", edition_id=edition.id, item_id=item_id))
    return redirect_to(url_for("backoffice.spares", edition_id=edition.id))


@bp.post(f"{ALL}/sheets")
def label_spares_create(edition_id: int) -> ResponseReturnValue:
    """Set codes aside and ask for their sheets."""
    edition, sheets = edition_of_page(edition_id), SheetsForm()
    if not sheets.validate():
        return _page(edition, SpareForm(formdata=None), sheets=sheets)
    try:
        first, last = create_spares(edition.id, sheets.sheets.data or 0, current_user.id)
    except DomainError as refusal:
        db.session.rollback()
        refuse(sheets, refusal)
        return _page(edition, SpareForm(formdata=None), sheets=sheets)
    job = request_job(
        KIND,
        f"Étiquettes de réserve {first}-01 à {last}-12",
        requested_by_id=current_user.id,
        edition_id=edition.id,
        first=first,
        last=last,
        cut_marks="cut_marks" in request.form,
    )
    db.session.commit()
    if not dispatch(job):
        flash(NO_QUEUE, "warning")
    return redirect_to(url_for("backoffice.spares", edition_id=edition.id))


def _find(edition: Edition, form: SpareForm) -> BoundSpare | None:
    """The spare label that was scanned; what is wrong with it is said at its field."""
    try:
        return find_spare(edition.id, edition.number, form.spare.data or "")
    except DomainError as refusal:
        refuse(form, refusal)
        return None


def _page(
    edition: Edition,
    form: SpareForm,
    *,
    found: BoundSpare | None = None,
    done: BoundSpare | None = None,
    sheets: SheetsForm | None = None,
) -> ResponseReturnValue:
    wrong = (form.is_submitted() and bool(form.errors)) or bool(sheets and sheets.errors)
    return render(
        "backoffice/spares.html",
        status=422 if wrong else 200,
        edition=edition,
        form=form,
        found=found,
        done=done,
        words_of=lambda item: item_words(edition.rulebook, item),
        colour_of=lambda number: colour_of(edition.rulebook, number),
        counts=spare_counts(edition.id),
        latest=latest_bound(edition.id),
        sheets=sheets or SheetsForm(formdata=None),
        jobs=recent_jobs(KIND, edition.id, limit=3),
        may_make=may_use("backoffice.label_spares_create", current_user.roles) and not edition.is_read_only,
    )
