"""One deposit: strike items, complete it, its receipt, and the way back."""

import json
from typing import Any

from flask import Response, flash, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import utcnow
from app.core.db import db, in_transaction
from app.core.errors import Conflict, DomainError, NotFound
from app.deposits.check_in_rules import incomplete
from app.deposits.models import Registration
from app.deposits.queries.registrations import get_registration
from app.deposits.services import check_in as services
from app.documents.deposit_receipt import deposit_receipt_pdf
from app.editions.models import Edition
from app.web.access import may_use
from app.web.editions import edition_of_page
from app.web.forms import refuse
from app.web.htmx import is_htmx, redirect_to, render
from blueprints.deposit import bp
from blueprints.deposit.desk import show_desk
from blueprints.deposit.forms import CheckInForm, UndoForm
from blueprints.deposit.receipt import build_receipt

# Whoever signed the last deposit of this browser most often signs the next one.
VOLUNTEERS = "check_in_volunteers"


@bp.get("/<int:registration_id>")
def desk(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    first, second = session.get(VOLUNTEERS) or (current_user.full_name, "")
    form = CheckInForm(formdata=None, first_volunteer=first, second_volunteer=second)
    return _page(edition, get_registration(edition.id, registration_id), form)


@bp.post("/<int:registration_id>/items/<int:item_id>/refusal")
def refusal(edition_id: int, registration_id: int, item_id: int) -> ResponseReturnValue:
    try:
        services.refuse_item(edition_id, registration_id, item_id, request.form.get("reason", ""))
    except (Conflict, NotFound):
        raise
    except DomainError as refused:
        return _not_changed(edition_id, registration_id, item_id, refused)
    return _items_changed(edition_id, registration_id, item_id)


@bp.post("/<int:registration_id>/items/<int:item_id>/acceptance")
def acceptance(edition_id: int, registration_id: int, item_id: int) -> ResponseReturnValue:
    services.accept_item(edition_id, registration_id, item_id)
    return _items_changed(edition_id, registration_id, item_id)


@bp.post("/<int:registration_id>/acceptance")
def acceptance_all(edition_id: int, registration_id: int) -> ResponseReturnValue:
    services.accept_all(edition_id, registration_id)
    return _items_changed(edition_id, registration_id, None)


@bp.post("/<int:registration_id>/completion")
def completion(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition, form = edition_of_page(edition_id), CheckInForm()
    if not _is_complete(form):
        return _page(edition, get_registration(edition.id, registration_id), form, 422)
    seen = set(request.form.getlist("refused", type=int))
    by_id = current_user.id
    try:
        in_transaction(
            lambda: services.complete_check_in(edition_id, registration_id, form.said(), by_id, seen)
        )
    except services.AlreadyCheckedIn as done:
        flash(done.message, "info")
        return _to_desk(edition_id, registration_id)
    except services.DepositChanged as changed:
        refuse(form, changed)
        return _page(edition, get_registration(edition.id, registration_id), form, 409)
    except NotFound:
        raise
    except DomainError as refused:
        refuse(form, refused)
        return _page(edition, get_registration(edition.id, registration_id), form, 422)
    session[VOLUNTEERS] = [form.first_volunteer.data, form.second_volunteer.data]
    return _to_desk(edition_id, registration_id)


@bp.post("/<int:registration_id>/undoing")
def undoing(edition_id: int, registration_id: int) -> ResponseReturnValue:
    """A manager reopens a deposit while nothing of it is sold."""
    reason, by_id = request.form.get("reason", ""), current_user.id
    try:
        in_transaction(lambda: services.undo_check_in(edition_id, registration_id, reason, by_id))
    except NotFound:
        raise
    except DomainError as refused:
        edition = edition_of_page(edition_id)
        undo_form = UndoForm()
        refuse(undo_form, refused)
        registration = get_registration(edition.id, registration_id)
        return _page(edition, registration, CheckInForm(formdata=None), 422, undo_form)
    flash("Le dépôt est rouvert : ses articles ne sont plus en vente.", "success")
    return _to_desk(edition_id, registration_id)


@bp.get("/<int:registration_id>/receipt.pdf")
def receipt(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    registration = get_registration(edition.id, registration_id)
    if registration.check_in is None:
        raise NotFound("Ce dépôt n’est pas encore enregistré : le reçu se fait ensuite.")
    content = deposit_receipt_pdf(build_receipt(edition, registration, registration.check_in))
    name = f"recu-depot-{registration.id}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, mimetype="application/pdf", headers=headers)


def _is_complete(form: CheckInForm) -> bool:
    """Everything that is missing is said at once, each thing once."""
    valid = form.validate()
    missing = [each for each in incomplete(form.said()) if each.field and not form[each.field].errors]
    for each in missing:
        refuse(form, each)
    return valid and not missing


def _items_changed(edition_id: int, registration_id: int, item_id: int | None) -> ResponseReturnValue:
    db.session.commit()
    if not is_htmx():
        return _to_desk(edition_id, registration_id, _anchor=f"item-{item_id}" if item_id else "items")
    edition = edition_of_page(edition_id)
    registration = get_registration(edition.id, registration_id)
    shown = show_desk(edition, registration, utcnow())
    return render(
        "deposit/desk.html", ["items", "decision"], **_context(edition, shown), changed_id=item_id, swap=True
    )


def _not_changed(
    edition_id: int, registration_id: int, item_id: int, refused: DomainError
) -> ResponseReturnValue:
    """The page stays as it is, and says why."""
    db.session.rollback()
    if is_htmx():
        told = json.dumps({"toast": {"text": refused.message, "tone": "danger"}})
        return "", 422, {"HX-Reswap": "none", "HX-Trigger": told}
    flash(refused.message, "danger")
    return _to_desk(edition_id, registration_id, _anchor=f"item-{item_id}")


def _to_desk(edition_id: int, registration_id: int, **values: Any) -> ResponseReturnValue:
    return redirect_to(
        url_for("deposit.desk", edition_id=edition_id, registration_id=registration_id, **values)
    )


def _page(
    edition: Edition,
    registration: Registration,
    form: CheckInForm,
    status: int = 200,
    undo_form: UndoForm | None = None,
) -> ResponseReturnValue:
    shown = show_desk(edition, registration, utcnow())
    undo_form = undo_form or UndoForm(formdata=None)
    return render(
        "deposit/desk.html", status=status, form=form, undo_form=undo_form, **_context(edition, shown)
    )


def _context(edition: Edition, shown: Any) -> dict[str, Any]:
    return {
        "edition": edition,
        "desk": shown,
        "reasons": edition.rulebook.refusal_reasons,
        "may_undo": may_use("deposit.undoing", current_user.roles),
        "may_manage": may_use("backoffice.registration", current_user.roles),
    }
