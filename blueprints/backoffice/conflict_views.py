"""Items paid twice (RUN-003): both sales side by side, and three ways on."""

from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import in_transaction
from app.core.errors import Conflict, DomainError, NotFound
from app.deposits.queries.items import ItemFilter, search_items
from app.deposits.wording import item_words
from app.editions.models import Edition
from app.sales.conflict_rules import outcome_words
from app.sales.models import PAYMENT_LABELS
from app.sales.queries import ConflictView, conflict_page, get_conflict, open_drawers, paid_and_left
from app.sales.queries.sales import article_name
from app.sales.refund_rules import refund_as_paid
from app.sales.services.conflicts import give_sold_item, leave_unclaimed, refund_buyer
from app.web.editions import edition_of_page
from app.web.forms import Form, refuse
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.item_table import show_items
from blueprints.backoffice.sale_forms import ConflictRefundForm, UnclaimedForm
from blueprints.backoffice.sale_tabs import sale_tabs
from blueprints.backoffice.sale_views import parts_in_words, refund_words

ALL = "/editions/<int:edition_id>/sales/conflicts"
ONE = f"{ALL}/<int:conflict_id>"
FOUND = 20


@bp.get(ALL)
def sales_conflicts(edition_id: int) -> ResponseReturnValue:
    """Those to settle; `?settled=1` for the others."""
    edition, settled = edition_of_page(edition_id), request.args.get("settled") == "1"
    found = conflict_page(edition.id, settled=settled, page=request.args.get("page", 1, type=int))
    return render(
        "backoffice/conflicts.html",
        edition=edition,
        settled=settled,
        found=found,
        tabs=sale_tabs(edition, "backoffice.sales_conflicts"),
        url_for_page=lambda page: url_for(
            "backoffice.sales_conflicts", edition_id=edition.id, settled=1 if settled else None, page=page
        ),
        **_words(edition),
    )


@bp.get(ONE)
def sales_conflict(edition_id: int, conflict_id: int) -> ResponseReturnValue:
    """One conflict; `?q=` looks for the item really sold, and answers the block `found`."""
    edition = edition_of_page(edition_id)
    return _page(edition, get_conflict(edition.id, conflict_id))


@bp.post(f"{ONE}/refund")
def sales_conflict_refund(edition_id: int, conflict_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    view, by_id = get_conflict(edition.id, conflict_id), current_user.id
    form = ConflictRefundForm(prefix="refund")
    form.offer(open_drawers(edition.id), view.lost.till_id)
    if not form.validate():
        return _page(edition, view, refund=form)
    wish, note = form.wish(), form.note.data or ""
    try:
        refund = in_transaction(lambda: refund_buyer(edition_id, conflict_id, note, wish, by_id))
    except (NotFound, Conflict):
        raise
    except DomainError as refusal:
        refuse(form, refusal)
        return _page(edition, get_conflict(edition_id, conflict_id), refund=form)
    flash(f"Conflit réglé. {refund_words(refund)}", "success")
    return _to_conflict(edition_id, conflict_id)


@bp.post(f"{ONE}/item")
def sales_conflict_item(edition_id: int, conflict_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    item_id, by_id = request.form.get("item_id", 0, type=int), current_user.id
    try:
        in_transaction(lambda: give_sold_item(edition_id, conflict_id, item_id, by_id))
    except (NotFound, Conflict):
        raise
    except DomainError as refusal:
        flash(refusal.message, "danger")
    else:
        flash("Conflit réglé : la vente porte maintenant sur cet article.", "success")
    return _to_conflict(edition_id, conflict_id)


@bp.post(f"{ONE}/unclaimed")
def sales_conflict_unclaimed(edition_id: int, conflict_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    form, by_id = UnclaimedForm(prefix="unclaimed"), current_user.id
    if not form.validate():
        return _page(edition, get_conflict(edition.id, conflict_id), unclaimed=form)
    note = form.note.data or ""
    try:
        in_transaction(lambda: leave_unclaimed(edition_id, conflict_id, note, by_id))
    except (NotFound, Conflict):
        raise
    except DomainError as refusal:
        refuse(form, refusal)
        return _page(edition, get_conflict(edition_id, conflict_id), unclaimed=form)
    flash("C’est noté. L’argent reste dans le compte de la caisse.", "success")
    return _to_conflict(edition_id, conflict_id)


def _page(
    edition: Edition,
    view: ConflictView,
    *,
    refund: ConflictRefundForm | None = None,
    unclaimed: Form | None = None,
) -> ResponseReturnValue:
    typed = request.args.get("q", "").strip()[:100]
    found = search_items(edition, ItemFilter(text=typed)).rows[:FOUND] if typed else []
    if refund is None:
        refund = ConflictRefundForm(formdata=None, prefix="refund")
        refund.offer(open_drawers(edition.id), view.lost.till_id)
    due = view.lost.price_cents
    parts = refund_as_paid(due, paid_and_left(view.lost.sale_id))
    opened = next((form for form in (refund, unclaimed) if form is not None and form.errors), None)
    return render(
        "backoffice/conflict.html",
        ["found"] if request.method == "GET" else ["conflict"],
        status=422 if opened is not None else 200,
        edition=edition,
        view=view,
        typed=typed,
        found=[row for row in show_items(edition.rulebook, found) if row.id != view.item.id],
        refund=refund,
        unclaimed=unclaimed or UnclaimedForm(formdata=None, prefix="unclaimed"),
        parts=parts_in_words(parts),
        **_words(edition),
    )


def _words(edition: Edition) -> dict[str, Any]:
    """How the templates call an item, and the outcome of a conflict."""
    return {
        "title": lambda item: item_words(edition.rulebook, item).full,
        "short": lambda item, number: article_name(item.code, None, number, item.line),
        "outcome": lambda view: outcome_words(view.resolution, view.lost.state),
        "payment_labels": PAYMENT_LABELS,
    }


def _to_conflict(edition_id: int, conflict_id: int) -> ResponseReturnValue:
    return redirect_to(url_for("backoffice.sales_conflict", edition_id=edition_id, conflict_id=conflict_id))
