"""Settings of an edition: deposit slots, sale periods, pick-up times."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.queries.registrations import count_registrations, slot_counts
from app.editions.models import Edition, ListKind, PeriodKind
from app.editions.queries import get_period, get_slot, schedule_of
from app.editions.services import schedule
from app.web.editions import edition_of_page
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.edition_forms import HoursForm, PeriodForm, PickupForm, SlotForm
from blueprints.backoffice.schedule_changes import change_dates


@bp.get("/editions/<int:edition_id>/setup/slots")
def setup_slots(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    return render(
        "backoffice/setup_slots.html",
        edition=edition,
        slots=schedule_of(edition.id).slots,
        taken=slot_counts(edition.id),
    )


@bp.route("/editions/<int:edition_id>/setup/slots/new", methods=["GET", "POST"], defaults={"slot_id": None})
@bp.route("/editions/<int:edition_id>/setup/slots/<int:slot_id>", methods=["GET", "POST"])
def setup_slot(edition_id: int, slot_id: int | None) -> ResponseReturnValue:
    """One slot, or a new one."""
    edition = edition_of_page(edition_id)
    slot = get_slot(edition.id, slot_id) if slot_id else None
    registered = slot_counts(edition.id).get(slot.id, 0) if slot else 0
    form = SlotForm(obj=slot)
    if request.method == "GET":
        form.show(slot, edition.deposit_starts_at)

    def save() -> None:
        start, end = form.moments()
        values = schedule.SlotValues(
            " ".join((form.label.data or "").split()),
            start,
            end,
            form.capacity.data,
            form.residents_only.data,
            form.members_only.data,
        )
        schedule.save_slot(edition, slot, values, registered=registered, by_id=current_user.id)

    if form.validate_on_submit() and change_dates(edition, form, save):
        return redirect_to(url_for("backoffice.setup_slots", edition_id=edition.id))
    title = slot.label if slot else "Nouveau créneau"
    delete = url_for("backoffice.setup_slot_delete", edition_id=edition.id, slot_id=slot.id) if slot else None
    return _show(edition, form, title, "setup_slots", "Créneaux", delete, registered=registered)


@bp.post("/editions/<int:edition_id>/setup/slots/<int:slot_id>/delete")
def setup_slot_delete(edition_id: int, slot_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    slot = get_slot(edition.id, slot_id)
    registered = slot_counts(edition.id).get(slot.id, 0)
    schedule.delete_slot(edition, slot, registered=registered, by_id=current_user.id)
    db.session.commit()
    flash("Le créneau est supprimé.", "success")
    return redirect_to(url_for("backoffice.setup_slots", edition_id=edition.id))


@bp.get("/editions/<int:edition_id>/setup/periods")
def setup_periods(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    return render("backoffice/setup_periods.html", edition=edition, schedule=schedule_of(edition.id))


@bp.route(
    "/editions/<int:edition_id>/setup/periods/new", methods=["GET", "POST"], defaults={"period_id": None}
)
@bp.route("/editions/<int:edition_id>/setup/periods/<int:period_id>", methods=["GET", "POST"])
def setup_period(edition_id: int, period_id: int | None) -> ResponseReturnValue:
    """One sale period, or a new one."""
    edition = edition_of_page(edition_id)
    period = get_period(edition.id, period_id) if period_id else None
    form = PeriodForm(obj=period)
    if request.method == "GET":
        form.show(period, edition.sale_ends_at)

    def save() -> None:
        start, end = form.moments()
        values = schedule.PeriodValues(
            " ".join((form.label.data or "").split()), PeriodKind(form.kind.data), start, end
        )
        schedule.save_period(edition, period, values, by_id=current_user.id)

    if form.validate_on_submit() and change_dates(edition, form, save):
        return redirect_to(url_for("backoffice.setup_periods", edition_id=edition.id))
    title = period.label if period else "Nouvelle période de vente"
    delete = (
        url_for("backoffice.setup_period_delete", edition_id=edition.id, period_id=period.id)
        if period
        else None
    )
    return _show(edition, form, title, "setup_periods", "Ventes et retraits", delete)


@bp.post("/editions/<int:edition_id>/setup/periods/<int:period_id>/delete")
def setup_period_delete(edition_id: int, period_id: int) -> ResponseReturnValue:
    """Refused while people are registered: they were told of it; move it instead."""
    edition = edition_of_page(edition_id)
    period = get_period(edition.id, period_id)
    if count_registrations(edition.id):
        raise DomainError("Des déposants sont inscrits : modifiez les heures plutôt que de supprimer.")
    schedule.delete_period(edition, period, by_id=current_user.id)
    db.session.commit()
    flash("La période de vente est supprimée.", "success")
    return redirect_to(url_for("backoffice.setup_periods", edition_id=edition.id))


@bp.route("/editions/<int:edition_id>/setup/pickups/<kind>", methods=["GET", "POST"])
def setup_pickup(edition_id: int, kind: str) -> ResponseReturnValue:
    """When the unsold items of one kind of list are given back."""
    edition = edition_of_page(edition_id)
    if kind not in set(ListKind):
        raise NotFound("Ce type de liste n’existe pas.")
    pickup = next((each for each in schedule_of(edition.id).pickups if each.list_kind == kind), None)
    form = PickupForm()
    form.kind.data = kind
    if request.method == "GET":
        form.show(pickup, edition.sale_ends_at)

    def save() -> None:
        schedule.save_pickup(edition, ListKind(kind), *form.moments(), by_id=current_user.id)

    if form.validate_on_submit() and change_dates(edition, form, save):
        return redirect_to(url_for("backoffice.setup_periods", edition_id=edition.id))
    return _show(edition, form, "Retrait des invendus", "setup_periods", "Ventes et retraits", None)


def _show(
    edition: Edition,
    form: HoursForm,
    title: str,
    back: str,
    back_label: str,
    delete_url: str | None,
    registered: int = 0,
) -> ResponseReturnValue:
    return render(
        "backoffice/setup_hours.html",
        "form",
        status=422 if form.errors else 200,
        edition=edition,
        form=form,
        title=title,
        back=url_for(f"backoffice.{back}", edition_id=edition.id),
        back_label=back_label,
        delete_url=delete_url,
        slot_registered=registered,
        registered=count_registrations(edition.id),
    )
