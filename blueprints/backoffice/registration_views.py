"""Depositors of an edition: the list, and one of them."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.queries import get_user
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.billetweb_rows import display_phone
from app.deposits.editing_rules import ListNotUnlockable, unlock_warning
from app.deposits.models import ItemList, Registration
from app.deposits.queries.registration_list import (
    EXPORT_HEADER,
    STATE_FILTERS,
    Filter,
    all_registrations,
    export_rows,
    find_registrations,
)
from app.deposits.queries.registrations import (
    count_invitations,
    find_members,
    get_registration,
    invitation_of,
    member_number_of,
    slot_counts,
)
from app.deposits.services import invitations
from app.deposits.services.lists import unlock_list
from app.deposits.services.registration_changes import (
    add_list,
    cancel_registration,
    change_slot,
    link_sponsor,
    set_member_number,
)
from app.editions.models import LIST_KIND_LABELS, ListKind
from app.editions.queries import list_slots
from app.web.downloads import send_table
from app.web.editions import edition_of_page
from app.web.forms import Form, refuse
from app.web.htmx import redirect_to, render
from app.web.links import public_url
from blueprints.backoffice import bp
from blueprints.backoffice.registration_forms import (
    NumberForm,
    SlotChoiceForm,
    SponsorForm,
    UnlockForm,
    slot_choices,
)
from jobs.queue import dispatch_mail

ONE = "/editions/<int:edition_id>/registrations/<int:registration_id>"
EXPORT_WIDTHS = [20, 18, 34, 16, 12, 10, 24, 18, 10, 12, 12, 10]


def filter_of_address() -> Filter:
    args = request.args
    return Filter(
        q=args.get("q", "")[:100],
        state=args.get("state", ""),
        slot=args.get("slot", ""),
        kind=args.get("kind", ""),
        sort=args.get("sort", "name"),
    )


@bp.get("/editions/<int:edition_id>/registrations")
def registrations(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    wanted = filter_of_address()
    found = find_registrations(edition.id, wanted, request.args.get("page", 1, type=int))
    slots = list_slots(edition.id)

    def address(**changes: object) -> str:
        return url_for("backoffice.registrations", edition_id=edition.id, **{**vars(wanted), **changes})

    return render(
        "backoffice/registrations.html",
        "results",
        edition=edition,
        found=found,
        wanted=wanted,
        any_filter=any((wanted.q, wanted.state, wanted.slot, wanted.kind)),
        state_choices=[("", "Tous"), *STATE_FILTERS.items()],
        slot_choices=[("", "Tous"), *((slot.id, slot.label) for slot in slots)],
        kind_choices=[("", "Toutes"), *((kind.value, LIST_KIND_LABELS[kind]) for kind in ListKind)],
        kind_labels=LIST_KIND_LABELS,
        colour_of=edition.rulebook.range_of,
        invitations=count_invitations(edition.id),
        url_for_page=lambda page: address(page=page),
        url_for_sort=lambda sort: address(sort=sort),
    )


@bp.get("/editions/<int:edition_id>/registrations.<any(csv, xlsx):extension>")
def registrations_export(edition_id: int, extension: str) -> ResponseReturnValue:
    """The list as filtered, all of it."""
    edition = edition_of_page(edition_id)
    rows = export_rows(all_registrations(edition.id, filter_of_address()))
    name = f"deposants-{edition.number:02d}"
    return send_table(extension, name, "Déposants", EXPORT_HEADER, rows, EXPORT_WIDTHS)


@bp.get(ONE)
def registration(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    return show(get_registration(edition_id, registration_id))


def show(
    found: Registration,
    *,
    status: int = 200,
    refused_unlock: int | None = None,
    unlock_form: UnlockForm | None = None,
    **forms: Form,
) -> ResponseReturnValue:
    """One depositor; `forms` replace those that were refused, `unlock_form` that of list `refused_unlock`."""
    edition = found.edition
    slots = list_slots(edition.id)
    slot_form = forms.get("slot_form") or SlotChoiceForm(formdata=None, slot=found.slot_id or 0)
    slot_form["slot"].choices = slot_choices(slots, slot_counts(edition.id))
    sponsor_form = forms.get("sponsor_form") or SponsorForm(formdata=None, sponsor=found.sponsor_id or 0)
    is_family = found.list_kind is ListKind.FAMILY
    sponsor_form["sponsor"].choices = _members() if is_family else []
    number = member_number_of(found.user_id)
    return render(
        "backoffice/registration.html",
        status=status,
        edition=edition,
        found=found,
        phone=_phone(found.user.phone or ""),
        kind_label=LIST_KIND_LABELS[found.list_kind],
        rules=edition.rulebook.kind(found.list_kind.value),
        colour_of=edition.rulebook.range_of,
        invitation=invitation_of(found),
        member_number=number,
        slot_form=slot_form,
        sponsor_form=sponsor_form,
        refused_unlock=refused_unlock,
        unlock_forms={
            each.id: unlock_form
            if unlock_form and each.id == refused_unlock
            else UnlockForm(formdata=None).for_list(each.id)
            for each in found.lists
        },
        unlock_warning=unlock_warning,
        number_form=forms.get("number_form") or NumberForm(formdata=None, number=number),
    )


def _phone(stored: str) -> str:
    """As read in France; numbers typed by hand stay as they are."""
    return display_phone(stored) if stored.startswith("+") else stored


def _members() -> list[tuple[int, str]]:
    return [
        (0, "Choisissez"),
        *((each.user_id, f"{each.number} – {each.name}") for each in find_members()),
    ]


@bp.post(f"{ONE}/slot")
def registration_slot(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    form = SlotChoiceForm()
    form.slot.choices = slot_choices(list_slots(edition_id), {})
    if form.validate_on_submit():
        try:
            change_slot(found, form.slot.data or None, by_id=current_user.id)
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
        else:
            return _done(found, "Le créneau est changé.")
    return show(get_registration(edition_id, registration_id), status=422, slot_form=form)


@bp.post(f"{ONE}/sponsor")
def registration_sponsor(edition_id: int, registration_id: int) -> ResponseReturnValue:
    """Link a family registration to its member."""
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    form = SponsorForm()
    form.sponsor.choices = _members()
    if form.validate_on_submit():
        try:
            if not form.sponsor.data:
                raise DomainError("Choisissez l’adhérent dans la liste.", "sponsor")
            link_sponsor(found, get_user(form.sponsor.data), by_id=current_user.id)
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
        else:
            return _done(found, "L’adhérent est relié, les listes ont leur numéro.")
    return show(get_registration(edition_id, registration_id), status=422, sponsor_form=form)


@bp.post(f"{ONE}/number")
def registration_number(edition_id: int, registration_id: int) -> ResponseReturnValue:
    """Correct a member's number for life."""
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    form = NumberForm()
    if form.validate_on_submit():
        try:
            set_member_number(found, form.number.data or 0, by_id=current_user.id)
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
        else:
            return _done(found, "Le numéro d’adhérent est changé.")
    return show(get_registration(edition_id, registration_id), status=422, number_form=form)


@bp.post(f"{ONE}/lists")
def registration_list_new(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    add_list(found, by_id=current_user.id)
    return _done(found, "Une liste est ajoutée.")


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
    return _done(found, "La liste est déverrouillée : le déposant peut la modifier.")


def _list_of(found: Registration, list_id: int) -> ItemList:
    own = next((each for each in found.lists if each.id == list_id), None)
    if own is None:
        raise NotFound("Cette liste n'est pas à cette personne.")
    return own


@bp.post(f"{ONE}/cancel")
def registration_cancel(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    name = found.user.full_name
    cancel_registration(found, by_id=current_user.id)
    db.session.commit()
    flash(f"L’inscription de {name} est annulée.", "success")
    return redirect_to(url_for("backoffice.registrations", edition_id=edition_id))


@bp.post(f"{ONE}/invitation")
def registration_resend(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    invitations.send_again(found, activation_link, by_id=current_user.id)
    response = _done(found, f"Une nouvelle invitation part à {found.user.email}.")
    dispatch_mail()
    return response


@bp.post(f"{ONE}/invitation/cancel")
def registration_uninvite(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    found = get_registration(edition_id, registration_id)
    invitations.cancel_invitation(found, by_id=current_user.id)
    return _done(found, "L’invitation est annulée, son lien ne sert plus.")


def activation_link(token: str) -> str:
    return public_url("auth.activate", token=token)


def _done(found: Registration, sentence: str) -> ResponseReturnValue:
    db.session.commit()
    flash(sentence, "success")
    address = url_for("backoffice.registration", edition_id=found.edition_id, registration_id=found.id)
    return redirect_to(address)
