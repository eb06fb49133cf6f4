"""Settings of an edition: dates and place, tills and commission."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.dates import from_paris, to_paris
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.queries.registrations import count_registrations
from app.editions.models import Edition, EditionState
from app.editions.queries import list_tills
from app.editions.services import schedule, settings
from app.operations.edition_facts import tills_in_use
from app.web.editions import edition_of_page
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.edition_forms import DatesForm, MoveForm, TillsForm
from blueprints.backoffice.schedule_changes import change_dates

DATES = "backoffice/setup_dates.html"


@bp.route("/editions/<int:edition_id>/setup/dates", methods=["GET", "POST"])
def setup_dates(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    form = DatesForm(obj=edition)
    if request.method == "GET":
        form.deadline.data = to_paris(edition.declaration_deadline).replace(tzinfo=None)
    if form.validate_on_submit() and change_dates(edition, form, lambda: _save_dates(edition, form)):
        return redirect_to(url_for("backoffice.setup_dates", edition_id=edition.id))
    return _show_dates(edition, form, _move_form(edition))


def _save_dates(edition: Edition, form: DatesForm) -> None:
    assert form.number.data is not None
    assert form.deadline.data is not None
    identity = settings.Identity(
        " ".join((form.name.data or "").split()),
        form.number.data,
        (form.place.data or "").strip(),
        form.description.data or "",
    )
    settings.set_identity(edition, identity, by_id=current_user.id)
    deadline = from_paris(form.deadline.data)
    if deadline != edition.declaration_deadline.replace(second=0, microsecond=0):
        schedule.set_deadline(edition, deadline, by_id=current_user.id)


@bp.post("/editions/<int:edition_id>/setup/move")
def setup_move(edition_id: int) -> ResponseReturnValue:
    """Move the whole calendar by the same number of days."""
    edition = edition_of_page(edition_id)
    form = MoveForm()

    def move() -> None:
        assert form.first_day.data is not None
        schedule.move_edition(edition, form.first_day.data, by_id=current_user.id)

    if form.validate_on_submit() and change_dates(edition, form, move):
        return redirect_to(url_for("backoffice.setup_dates", edition_id=edition.id))
    dates = DatesForm(formdata=None, obj=edition)
    dates.deadline.data = to_paris(edition.declaration_deadline).replace(tzinfo=None)
    return _show_dates(edition, dates, form)


def _move_form(edition: Edition) -> MoveForm:
    return MoveForm(formdata=None, first_day=to_paris(edition.sale_starts_at).date())


def _show_dates(edition: Edition, form: DatesForm, move: MoveForm) -> ResponseReturnValue:
    invalid = form.errors or move.errors
    return render(
        DATES,
        status=422 if invalid else 200,
        edition=edition,
        form=form,
        move=move,
        registered=count_registrations(edition.id),
    )


@bp.route("/editions/<int:edition_id>/setup/tills", methods=["GET", "POST"])
def setup_tills(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    tills = list_tills(edition.id)
    form = TillsForm()
    if request.method == "GET":
        form.count.data = sum(not till.training for till in tills)
        form.commission.data = edition.commission_bp
    if form.validate_on_submit():
        try:
            _save_tills(edition, form)
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
        else:
            db.session.commit()
            flash("C’est enregistré.", "success")
            return redirect_to(url_for("backoffice.setup_tills", edition_id=edition.id))
    return render(
        "backoffice/setup_tills.html",
        status=422 if form.errors else 200,
        edition=edition,
        form=form,
        tills=list_tills(edition.id),
        is_draft=edition.state is EditionState.DRAFT,
    )


def _save_tills(edition: Edition, form: TillsForm) -> None:
    assert form.count.data is not None
    assert form.commission.data is not None
    basis_points = form.commission.data
    settings.set_tills(edition, form.count.data, in_use=tills_in_use(edition.id), by_id=current_user.id)
    if basis_points != edition.commission_bp:
        settings.set_commission(edition, basis_points, by_id=current_user.id)
