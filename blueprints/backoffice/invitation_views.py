"""Inviting people one by one or by a CSV, and reminding those who have not answered."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.emails import normalise_email
from app.core import audit
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.billetweb import RowProblem
from app.deposits.invitation_csv import MAX_BYTES, read_invitations
from app.deposits.models import Registration, RegistrationSource
from app.deposits.queries.registrations import slot_counts
from app.deposits.services import invitations
from app.deposits.services.invitation_import import invite_people
from app.deposits.services.registrations import Person, Wish, register
from app.editions.models import Edition, ListKind
from app.editions.queries import get_slot, list_slots
from app.web.editions import edition_of_page
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from app.web.links import activation_link
from blueprints.backoffice import bp
from blueprints.backoffice.registration_forms import InvitationFileForm, InvitationForm, slot_choices
from jobs.queue import dispatch_mail


@bp.route("/editions/<int:edition_id>/invitations/new", methods=["GET", "POST"])
def registration_invite(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    form = InvitationForm()
    form.slot.choices = slot_choices(list_slots(edition.id), slot_counts(edition.id))
    if form.validate_on_submit():
        try:
            found = _register(edition, form)
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
        else:
            db.session.commit()
            dispatch_mail()
            flash(
                f"{found.user.full_name} : inscription faite, l’invitation part à {found.user.email}.",
                "success",
            )
            address = url_for("backoffice.registration", edition_id=edition.id, registration_id=found.id)
            return redirect_to(address)
    return _show(edition, form, InvitationFileForm(formdata=None), status=422 if form.errors else 200)


def _register(edition: Edition, form: InvitationForm) -> Registration:
    person = Person(
        email=normalise_email(form.email.data or ""),
        first_name=(form.first_name.data or "").strip(),
        last_name=(form.last_name.data or "").strip(),
        phone=form.phone.data or "",
        postcode=(form.postcode.data or "").strip(),
    )
    wish = Wish(
        person=person,
        kind=ListKind(form.kind.data),
        slot=get_slot(edition.id, form.slot.data) if form.slot.data else None,
        source=RegistrationSource.INVITATION,
        comment=form.comment.data or "",
    )
    found = register(edition.id, wish)
    invitations.invite(found, edition, activation_link)
    audit.record("registration.invited", f"registration:{found.id}", actor_id=current_user.id)
    return found


@bp.post("/editions/<int:edition_id>/invitations/file")
def registration_invite_file(edition_id: int) -> ResponseReturnValue:
    """Everybody in a CSV who can be invited is; the others are listed with what to correct."""
    edition = edition_of_page(edition_id)
    form = InvitationFileForm()
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise DomainError("Choisissez un fichier.", "file")
        db.session.rollback()  # on SQLite, nobody writes while a transaction of a POST is open
        file = read_invitations(sent.read(MAX_BYTES + 1))
        report = invite_people(edition.id, file.rows, activation_link, by_id=current_user.id)
    except DomainError as refusal:
        db.session.rollback()
        form.file.errors = []
        refuse(form, refusal)
        return _show(edition, InvitationForm(formdata=None), form, status=422)
    db.session.commit()
    dispatch_mail()
    problems = sorted((*file.problems, *report.problems), key=lambda each: each.row)
    invited = report.created + report.known
    flash(f"{invited} personne{'s' if invited > 1 else ''} invitée{'s' if invited > 1 else ''}.", "success")
    if not problems:
        return redirect_to(url_for("backoffice.registrations", edition_id=edition.id))
    return _show(edition, InvitationForm(formdata=None), form, status=200, problems=problems)


@bp.post("/editions/<int:edition_id>/invitations/remind")
def registration_remind(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    sent = invitations.remind(edition, activation_link, by_id=current_user.id)
    db.session.commit()
    dispatch_mail()
    if sent:
        flash(f"{sent} rappel{'s' if sent > 1 else ''} en route.", "success")
    else:
        flash(
            "Personne à relancer : tous sont activés, ou ont reçu un lien depuis moins de trois jours.",
            "info",
        )
    return redirect_to(url_for("backoffice.registrations", edition_id=edition.id, state="to_activate"))


def _show(
    edition: Edition,
    form: InvitationForm,
    upload: InvitationFileForm,
    *,
    status: int,
    problems: list[RowProblem] | None = None,
) -> ResponseReturnValue:
    form.slot.choices = slot_choices(list_slots(edition.id), slot_counts(edition.id))
    return render(
        "backoffice/invitation_new.html",
        status=status,
        edition=edition,
        form=form,
        upload=upload,
        problems=problems or [],
    )
