"""The depositor's home: what to do next, the lists, the sales; former editions to look at."""

from flask import Response, g
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.dates import date_long
from app.core.errors import NotFound
from app.deposits.list_rules import list_usage
from app.deposits.models import Registration
from app.deposits.queries.lists import get_own_registration, live_items, pickup_time, registrations_of
from app.deposits.services.lists import read_only_reason
from app.deposits.wording import list_colour, list_name
from app.editions.models import READ_ONLY_STATES
from app.editions.queries import current_edition
from app.payouts.queries.depositor import own_sales
from app.web.htmx import render
from blueprints.portal import bp
from blueprints.portal.calendar import slot_ics
from blueprints.portal.journey import current_stage, next_act, slot_words, steps

EDITION = "/editions/<int:edition_id>/portal"


@bp.get("/portal")
def home() -> ResponseReturnValue:
    """The edition that matters now; without a registration in a live one, how to take part."""
    registrations = registrations_of(current_user.id)
    live = [each for each in registrations if each.edition.state not in READ_ONLY_STATES]
    if not live:
        return render("portal/no_registration.html", upcoming=current_edition(), former=registrations)
    return _show(get_own_registration(current_user.id, live[0].edition_id), registrations)


@bp.get(EDITION)
def edition(edition_id: int) -> ResponseReturnValue:
    """Another edition of this person, live or closed."""
    registration = get_own_registration(current_user.id, edition_id)
    return _show(registration, registrations_of(current_user.id))


@bp.get(f"{EDITION}/slot.ics")
def slot_calendar(edition_id: int) -> ResponseReturnValue:
    registration = get_own_registration(current_user.id, edition_id)
    if registration.slot is None:
        raise NotFound("Aucun créneau de dépôt ne vous est encore attribué.")
    bring = registration.edition.rulebook.bring_on_deposit
    return Response(
        slot_ics(registration.edition, registration.slot, bring),
        mimetype="text/calendar",
        headers={"Content-Disposition": 'attachment; filename="depot-bourse.ics"'},
    )


def _show(registration: Registration, registrations: list[Registration]) -> Response:
    g.edition = edition = registration.edition
    book = edition.rulebook
    sales = own_sales(registration)
    pickup = pickup_time(edition.id, registration.list_kind)
    lists = [
        {
            "list": each,
            "name": list_name(each),
            "colour": list_colour(book, each),
            "usage": list_usage(book, live_items(each)),
            "reason": read_only_reason(each),
        }
        for each in registration.lists
    ]
    return render(
        "portal/home.html",
        registration=registration,
        edition=edition,
        book=book,
        lists=lists,
        stage=current_stage(registration, sales),
        steps=steps(registration, sales, pickup),
        act=next_act(registration, sales, pickup),
        sales=sales,
        slot_words=slot_words(registration.slot) if registration.slot else None,
        pickup_words=slot_words(pickup) if pickup else f"jusqu’au {date_long(edition.restitution_ends_at)}",
        others=[each for each in registrations if each.id != registration.id],
        open_to_declare=any(each["reason"] is None for each in lists),
    )
