"""Unsold items handed over to those who come, the rest given away."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import utcnow
from app.core.counts import counted
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.queries.registrations import get_registration
from app.editions.models import LIST_KIND_LABELS, Edition, EditionState
from app.restitution import services
from app.restitution.queries import search_unsold
from app.web.access import may_use
from app.web.editions import edition_of_page
from app.web.htmx import redirect_to, render
from blueprints.treasury import bp

SHOWN = [("", "Pas encore venus"), ("tous", "Tous")]


@bp.get("/restitution")
def restitution(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    typed, shown = request.args.get("q", ""), request.args.get("shown", "")
    handed = request.args.get("remis", type=int)
    found = search_unsold(edition.id, typed, request.args.get("page", 1, type=int), waiting=shown != "tous")
    return render(
        "treasury/restitution.html",
        "results",
        edition=edition,
        found=found,
        typed=typed,
        shown=shown,
        shown_choices=SHOWN,
        handed_to=get_registration(edition.id, handed) if handed else None,
        under_way=edition.state is EditionState.SETTLING,
        before_the_end=utcnow() < edition.restitution_ends_at,
        may_donate_rest=may_use("treasury.restitution_donate", current_user.roles),
        kind_labels=LIST_KIND_LABELS,
        url_for_page=lambda page: url_for(
            "treasury.restitution", edition_id=edition.id, q=typed, shown=shown, page=page
        ),
    )


@bp.post("/restitution/<int:registration_id>")
def restitution_hand_over(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    try:
        given = services.hand_over(edition, registration_id, current_user.id)
    except DomainError as refusal:
        return _refused(edition, refusal)
    db.session.commit()
    name = get_registration(edition.id, registration_id).user.full_name
    told = (_counted(given.returned, "rendu"), _counted(given.donated, "donné") if given.donated else "")
    flash(f"{name} : {', '.join(filter(None, told))}.", "success")
    return redirect_to(_url(edition, remis=registration_id))


@bp.post("/restitution/<int:registration_id>/undoing")
def restitution_undo(edition_id: int, registration_id: int) -> ResponseReturnValue:
    """Take a hand-over back."""
    edition = edition_of_page(edition_id)
    try:
        count = services.undo_hand_over(edition, registration_id, current_user.id)
    except DomainError as refusal:
        return _refused(edition, refusal)
    db.session.commit()
    name = get_registration(edition.id, registration_id).user.full_name
    flash(f"Remise défaite : {counted(count, 'article')} de {name} à remettre de nouveau.", "success")
    return redirect_to(_url(edition))


@bp.post("/restitution/donation")
def restitution_donate(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    count = services.donate_rest(edition, current_user.id)
    db.session.commit()
    flash(f"{_counted(count, 'donné')}.", "success")
    return redirect_to(_url(edition))


def _counted(items: int, settled: str) -> str:
    """`11 articles rendus`."""
    return f"{counted(items, 'article')} {settled}{'s' if items > 1 else ''}"


def _refused(edition: Edition, refusal: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    flash(refusal.message, "warning")
    return redirect_to(_url(edition))


def _url(edition: Edition, remis: int | None = None) -> str:
    return url_for(
        "treasury.restitution", edition_id=edition.id, q=request.args.get("q") or None, remis=remis
    )
