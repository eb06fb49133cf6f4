"""Editions: the list, a new one, the home of one, and its steps from state to state."""

from collections.abc import Callable
from datetime import timedelta

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import utcnow
from app.core.dates import date_long, to_paris
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.editions import rules
from app.editions.calendar import CLOSES_AFTER, CREATED_BEFORE, OPENS_BEFORE
from app.editions.models import STATE_LABELS, Edition, EditionState
from app.editions.queries import get_edition, list_editions, schedule_of
from app.editions.services.creation import NewEdition, create_edition, free_number
from app.operations.edition_facts import collect_facts
from app.operations.edition_steps import take_step
from app.web.access import may_use
from app.web.editions import edition_of_page
from app.web.filters import edition_in_view
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.edition_forms import NewEditionForm

# Where a condition is settled: topic → endpoint.
TOPICS = {
    "dates": "backoffice.setup_dates",
    "slots": "backoffice.setup_slots",
    "periods": "backoffice.setup_periods",
    "pickups": "backoffice.setup_periods",
    "tills": "backoffice.setup_tills",
    "registrations": "backoffice.registrations",
    "labels": "backoffice.labels",
    "items": "backoffice.items",
    "tills_at_work": "treasury.home",
    "conflicts": "backoffice.sales_conflicts",
    "quarantine": "backoffice.sales_quarantine",
    "payouts": "treasury.home",
}


@bp.get("/editions")
def editions() -> ResponseReturnValue:
    return render("backoffice/editions.html", editions=list_editions(), may_create=_is_admin())


@bp.route("/editions/new", methods=["GET", "POST"])
def edition_new() -> ResponseReturnValue:
    form = NewEditionForm()
    known = list_editions()
    form.copy_from.choices = {
        0: "Règlement habituel",
        **{each.id: f"Celui de « {each.name} »" for each in known},
    }
    if request.method == "GET":
        form.number.data = free_number()
    if form.validate_on_submit():
        try:
            edition = create_edition(
                _wanted(form),
                by_id=current_user.id,
                copy_from=get_edition(form.copy_from.data) if form.copy_from.data else None,
            )
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
        else:
            db.session.commit()
            flash(f"« {edition.name} » est créée avec son calendrier habituel : vérifiez-le.", "success")
            return redirect_to(url_for("backoffice.home", edition_id=edition.id))
    return render("backoffice/edition_new.html", "form", status=422 if form.errors else 200, form=form)


def _wanted(form: NewEditionForm) -> NewEdition:
    assert form.number.data is not None
    assert form.sale_day.data is not None
    assert form.tills.data is not None
    return NewEdition(
        name=" ".join((form.name.data or "").split()),
        number=form.number.data,
        sale_day=form.sale_day.data,
        place=(form.place.data or "").strip(),
        description=form.description.data or "",
        tills=form.tills.data,
    )


@bp.get("/editions/current", defaults={"edition_id": None})
@bp.get("/editions/<int:edition_id>")
def home(edition_id: int | None) -> ResponseReturnValue:
    """State, next step, what blocks it, figures and calendar of one edition."""
    if edition_id is None:
        current = edition_in_view()
        if current is None:
            return redirect(url_for("backoffice.editions"))
        return redirect(url_for("backoffice.home", edition_id=current.id))
    return _show(edition_of_page(edition_id))


def _show(edition: Edition, status: int = 200) -> ResponseReturnValue:
    facts = collect_facts(edition)
    step = rules.next_transition(edition.state)
    back = rules.previous_state(edition.state)
    return render(
        "backoffice/edition.html",
        status=status,
        edition=edition,
        facts=facts,
        schedule=schedule_of(edition.id),
        states=_states(edition),
        step=step,
        checks=list(step.checks(facts)) if step else [],
        blocked=bool(step and rules.blocking(step, facts)),
        may_step=step is not None and (not step.admin_only or _is_admin()),
        back=back if _is_admin() else None,
        back_label=STATE_LABELS[back] if back else "",
        back_refusal=rules.step_back_refusal(edition.state, facts) if back else None,
        nobody_yet=edition.state is EditionState.OPEN and not facts.registrations,
        topic_url=_topic_url(edition.id),
        items_url=lambda state: url_for("backoffice.items", edition_id=edition.id, state=state),
        milestones=_milestones(edition),
        now=utcnow(),
    )


@bp.post("/editions/<int:edition_id>/step")
def setup_step(edition_id: int) -> ResponseReturnValue:
    """One step forward or back; a refusal is told on the edition's home."""
    edition_of_page(edition_id)
    target = request.form.get("target", "")
    if target not in set(EditionState):
        raise NotFound("Cette étape n’existe pas.")
    try:
        edition = take_step(edition_id, EditionState(target), current_user)
    except DomainError as refusal:
        db.session.rollback()
        flash(refusal.message, "danger")
        return _show(edition_of_page(edition_id), status=422)
    db.session.commit()
    flash(f"« {edition.name} » : {edition.state_label.lower()}.", "success")
    return redirect_to(url_for("backoffice.home", edition_id=edition_id))


def _is_admin() -> bool:
    return may_use("backoffice.edition_new", current_user.roles)


def _states(edition: Edition) -> list[dict[str, str]]:
    reached = list(EditionState).index(edition.state)
    marks = ["done"] * reached + ["current"] + ["todo"] * len(EditionState)
    pairs = zip(EditionState, marks, strict=False)
    return [{"label": STATE_LABELS[state], "state": mark} for state, mark in pairs]


def _topic_url(edition_id: int) -> Callable[[str], str | None]:
    def url(topic: str) -> str | None:
        endpoint = TOPICS.get(topic, "")
        if endpoint not in current_app.view_functions or not may_use(endpoint, current_user.roles):
            return None
        return url_for(endpoint, edition_id=edition_id)

    return url


def _milestones(edition: Edition) -> list[tuple[str, str]]:
    """The dates to keep in mind beside those that are set: a habit, not a rule (1-product.md, Edition)."""
    first_sale = to_paris(edition.sale_starts_at).date()
    return [
        ("Création", date_long(first_sale - timedelta(days=CREATED_BEFORE))),
        ("Ouverture des inscriptions", date_long(first_sale - timedelta(days=OPENS_BEFORE))),
        ("Clôture", date_long(first_sale + timedelta(days=CLOSES_AFTER))),
    ]
