"""What a manager does to one registration."""

from collections.abc import Callable

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.queries import get_user
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.editing_rules import ListNotUnlockable
from app.deposits.models import ItemList, Registration
from app.deposits.queries.registrations import get_registration
from app.deposits.services import invitations
from app.deposits.services.lists import unlock_list
from app.deposits.services.registration_changes import (
    add_list,
    cancel_registration,
    change_slot,
    link_sponsor,
    set_member_number,
)
from app.editions.queries import list_slots
from app.web.editions import edition_of_page
from app.web.forms import Form, refuse
from app.web.htmx import redirect_to
from app.web.links import activation_link
from blueprints.backoffice import bp
from blueprints.backoffice.registration_forms import (
    NumberForm,
    SlotChoiceForm,
    SponsorForm,
    UnlockForm,
    slot_choices,
)
from blueprints.backoffice.registration_page import ONE, done, members, show
from jobs.queue import dispatch_mail


@bp.post(f"{ONE}/slot")
def registration_slot(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    form = SlotChoiceForm()
    form.slot.choices = slot_choices(list_slots(edition_id), {})

    def change() -> None:
        change_slot(found, form.slot.data or None, by_id=current_user.id)

    answer = _answer_to(form, change, found, "Le créneau est changé.")
    return answer or show(get_registration(edition_id, registration_id), status=422, slot_form=form)


@bp.post(f"{ONE}/sponsor")
def registration_sponsor(edition_id: int, registration_id: int) -> ResponseReturnValue:
    """Link a family registration to its member."""
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    form = SponsorForm()
    form.sponsor.choices = members()

    def link() -> None:
        if not form.sponsor.data:
            raise DomainError("Choisissez l’adhérent dans la liste.", "sponsor")
        link_sponsor(found, get_user(form.sponsor.data), by_id=current_user.id)

    answer = _answer_to(form, link, found, "L’adhérent est relié, les listes ont leur numéro.")
    return answer or show(get_registration(edition_id, registration_id), status=422, sponsor_form=form)


@bp.post(f"{ONE}/number")
def registration_number(edition_id: int, registration_id: int) -> ResponseReturnValue:
    """Correct a member's number for life."""
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    form = NumberForm()

    def change() -> None:
        set_member_number(found, form.number.data or 0, by_id=current_user.id)

    answer = _answer_to(form, change, found, "Le numéro d’adhérent est changé.")
    return answer or show(get_registration(edition_id, registration_id), status=422, number_form=form)


def _answer_to(
    form: Form, act: Callable[[], None], found: Registration, sentence: str
) -> ResponseReturnValue | None:
    """Do what the form asks and say so; None when it is not valid, or was refused and says why."""
    if not form.validate_on_submit():
        return None
    try:
        act()
    except DomainError as refusal:
        db.session.rollback()
        refuse(form, refusal)
        return None
    return done(found, sentence)


@bp.post(f"{ONE}/lists")
def registration_list_new(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    add_list(found, by_id=current_user.id)
    return done(found, "Une liste est ajoutée.")


@bp.post(f"{ONE}/lists/<int:list_id>/unlock")
def registration_unlock(edition_id: int, registration_id: int, list_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    item_list, form = _list_of(found, list_id), UnlockForm().for_list(list_id)
    try:
        unlock_list(item_list, current_user.id, form.reason.data or "")
    except ListNotUnlockable:
        raise
    except DomainError as refusal:
        db.session.rollback()
        refuse(form, refusal)
        found = get_registration(edition_id, registration_id)
        return show(found, status=422, refused_unlock=list_id, unlock_form=form)
    return done(found, "La liste est déverrouillée : le déposant peut la modifier.")


def _list_of(found: Registration, list_id: int) -> ItemList:
    own = next((each for each in found.lists if each.id == list_id), None)
    if own is None:
        raise NotFound("Cette liste n’est pas à cette personne.")
    return own


@bp.post(f"{ONE}/cancel")
def registration_cancel(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    name = found.user.full_name
    cancel_registration(found, by_id=current_user.id)
    db.session.commit()
    flash(f"L’inscription est annulée pour {name}.", "success")
    return redirect_to(url_for("backoffice.registrations", edition_id=edition_id))


@bp.post(f"{ONE}/invitation")
def registration_resend(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    invitations.send_again(found, activation_link, by_id=current_user.id)
    response = done(found, f"Une nouvelle invitation part à {found.user.email}.")
    dispatch_mail()
    return response


@bp.post(f"{ONE}/invitation/cancel")
def registration_uninvite(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    invitations.cancel_invitation(found, by_id=current_user.id)
    return done(found, "L’invitation est annulée, son lien ne sert plus.")
