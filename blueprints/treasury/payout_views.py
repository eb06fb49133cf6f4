"""Payouts: the list, one of them, and everything done to them."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.counts import counted, grouped
from app.core.db import db
from app.core.errors import DomainError
from app.core.money import parse_euros
from app.deposits.models import ITEM_STATE_LABELS
from app.editions.models import LIST_KIND_LABELS, Edition
from app.payouts import services
from app.payouts.models import PAYOUT_METHOD_LABELS, PAYOUT_STATE_LABELS, PayoutMethod
from app.payouts.queries import STATE_FILTERS, approvable, payout_detail, search_ledger
from app.web.downloads import send_table
from app.web.editions import edition_of_page
from app.web.filters import signed_euros
from app.web.forms import Form, refuse
from app.web.htmx import redirect_to, render
from blueprints.treasury import bp
from blueprints.treasury.exports import PAYOUT_HEADER, PAYOUT_WIDTHS, payout_rows
from blueprints.treasury.forms import AdjustmentForm, PaymentForm, UndoForm, chosen_ids
from blueprints.treasury.permissions import may_act


@bp.get("/treasury/payouts")
def payouts(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    typed, state = request.args.get("q", ""), request.args.get("state", "")
    found = search_ledger(edition, typed, state, request.args.get("page", 1, type=int))
    return render(
        "treasury/payouts.html",
        "results",
        edition=edition,
        found=found,
        typed=typed,
        state=state,
        may_act=may_act(),
        may_choose=may_act() and not edition.is_read_only,
        approvable=lambda: approvable(edition),
        state_choices=list(STATE_FILTERS.items()),
        state_labels=PAYOUT_STATE_LABELS,
        kind_labels=LIST_KIND_LABELS,
        url_for_page=lambda page: url_for(
            "treasury.payouts", edition_id=edition.id, q=typed, state=state, page=page
        ),
    )


@bp.get("/treasury/payouts.<any(csv, xlsx):suffix>")
def export(edition_id: int, suffix: str) -> ResponseReturnValue:
    """The list as filtered, without pages."""
    edition = edition_of_page(edition_id)
    found = search_ledger(edition, request.args.get("q", ""), request.args.get("state", ""), size=None)
    rows = payout_rows(found.rows)
    name = f"reversements-{edition.number:02d}"
    return send_table(suffix, name, "Reversements", PAYOUT_HEADER, rows, PAYOUT_WIDTHS)


@bp.post("/treasury/payouts/computation")
def compute_all(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    outcome = services.compute_payouts(edition, current_user.id)
    db.session.commit()
    flash(
        f"{_payouts(outcome.created)} calculé{'s' if outcome.created > 1 else ''}, "
        f"{grouped(outcome.changed)} recalculé{'s' if outcome.changed > 1 else ''}, "
        f"{grouped(outcome.unchanged)} sans changement.",
        "success",
    )
    if outcome.paid_differing:
        flash(
            f"{outcome.paid_differing} reversement(s) déjà payé(s) ne correspondent plus aux ventes : "
            "ouvrez-les pour décider.",
            "warning",
        )
    return redirect_to(_list_url(edition))


@bp.post("/treasury/payouts/approval")
def approve_some(edition_id: int) -> ResponseReturnValue:
    """Approve those ticked (`ids`), or all that can be (`all=1`)."""
    edition = edition_of_page(edition_id)
    ids = chosen_ids()
    count = services.approve(edition, current_user.id, ids)
    db.session.commit()
    one = ids[0] if ids and len(ids) == 1 else None
    flash(_approved(count, one is not None), "success" if count else "info")
    return redirect_to(_payout_url(edition, one) if one else _list_url(edition))


@bp.get("/treasury/payouts/<int:registration_id>")
def payout(edition_id: int, registration_id: int) -> ResponseReturnValue:
    return _page(edition_of_page(edition_id), registration_id)


@bp.post("/treasury/payouts/<int:registration_id>/computation")
def compute_one(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    try:
        services.recompute(edition, registration_id, current_user.id)
    except DomainError as refusal:
        db.session.rollback()
        flash(refusal.message, "danger")
        return redirect_to(_payout_url(edition, registration_id))
    db.session.commit()
    flash("Le reversement est calculé.", "success")
    return redirect_to(_payout_url(edition, registration_id))


@bp.post("/treasury/payouts/<int:registration_id>/payment")
def pay(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    form = PaymentForm(prefix="pay")
    if not form.validate_on_submit():
        return _page(edition, registration_id, payment=form)
    try:
        services.record_payment(
            edition,
            registration_id,
            PayoutMethod(form.method.data),
            current_user.id,
            form.cheque_number.data or "",
        )
    except DomainError as refusal:
        return _refused(edition, registration_id, form, refusal, payment=form)
    db.session.commit()
    flash("Le paiement est enregistré.", "success")
    return redirect_to(_payout_url(edition, registration_id))


@bp.post("/treasury/payouts/<int:registration_id>/payment/undo")
def undo_payment(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    form = UndoForm(prefix="undo")
    if not form.validate_on_submit():
        return _page(edition, registration_id, undo=form)
    try:
        services.undo_payment(edition, registration_id, current_user.id, form.reason.data or "")
    except DomainError as refusal:
        return _refused(edition, registration_id, form, refusal, undo=form)
    db.session.commit()
    flash("Le paiement est annulé. Le reversement est de nouveau à payer.", "success")
    return redirect_to(_payout_url(edition, registration_id))


@bp.post("/treasury/payouts/<int:registration_id>/absence")
def mark_absent(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    services.mark_absent(edition, registration_id, current_user.id)
    db.session.commit()
    flash("Noté : absent, à relancer.", "success")
    return redirect_to(_payout_url(edition, registration_id))


@bp.post("/treasury/payouts/<int:registration_id>/adjustments")
def adjust(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    form = AdjustmentForm(prefix="adjust")
    if not form.validate_on_submit():
        return _page(edition, registration_id, adjustment=form)
    try:
        cents = _cents(form)
        services.add_adjustment(edition, registration_id, cents, form.reason.data or "", current_user.id)
    except DomainError as refusal:
        return _refused(edition, registration_id, form, refusal, adjustment=form)
    db.session.commit()
    flash(f"Correction de {signed_euros(cents)} enregistrée.", "success")
    return redirect_to(_payout_url(edition, registration_id))


def _cents(form: AdjustmentForm) -> int:
    """The signed amount typed; DomainError on `amount`."""
    try:
        cents = parse_euros(form.amount.data or "")
    except DomainError as error:
        raise DomainError(error.message, "amount") from error
    return -cents if form.direction.data == "moins" else cents


def _refused(
    edition: Edition, registration_id: int, form: Form, refusal: DomainError, **forms: Form
) -> ResponseReturnValue:
    db.session.rollback()
    refuse(form, refusal)
    return _page(edition, registration_id, **forms)


def _page(
    edition: Edition,
    registration_id: int,
    *,
    payment: Form | None = None,
    adjustment: Form | None = None,
    undo: Form | None = None,
) -> ResponseReturnValue:
    detail = payout_detail(edition, registration_id)
    shown = next((form for form in (payment, adjustment, undo) if form is not None), None)
    return render(
        "treasury/payout.html",
        "payout",
        status=422 if shown is not None else 200,
        edition=edition,
        detail=detail,
        payment=payment or PaymentForm(formdata=None, prefix="pay"),
        adjustment=adjustment or AdjustmentForm(formdata=None, prefix="adjust"),
        undo=undo or UndoForm(formdata=None, prefix="undo"),
        opened=shown,
        may_act=may_act() and not edition.is_read_only,
        state_labels=PAYOUT_STATE_LABELS,
        method_labels=PAYOUT_METHOD_LABELS,
        kind_labels=LIST_KIND_LABELS,
        item_state_labels=ITEM_STATE_LABELS,
    )


def _payouts(count: int) -> str:
    return counted(count, "reversement")


def _approved(count: int, only_one: bool) -> str:
    if only_one:
        return "Le reversement est approuvé : il peut être payé."
    if not count:
        return "Aucun reversement à approuver : calculez d’abord, ou recalculez ceux qui ont changé."
    return f"{_payouts(count)} approuvé{'s' if count > 1 else ''}."


def _list_url(edition: Edition) -> str:
    return url_for("treasury.payouts", edition_id=edition.id)


def _payout_url(edition: Edition, registration_id: int) -> str:
    return url_for("treasury.payout", edition_id=edition.id, registration_id=registration_id)
