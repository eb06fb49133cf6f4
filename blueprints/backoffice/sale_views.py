"""The manager's sales: finding one, reading it, and taking it back after its five minutes at the till."""

from collections.abc import Mapping

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import utcnow
from app.core.codes import format_code
from app.core.db import in_transaction
from app.core.errors import DomainError, NotFound
from app.core.money import format_euros
from app.deposits.wording import item_words
from app.editions.models import Edition
from app.sales.conflict_rules import belongs_to_its_till
from app.sales.models import PAYMENT_LABELS, PaymentMethod
from app.sales.queries import (
    SaleDetail,
    get_sale_detail,
    open_drawers,
    sale_days,
    search_sales,
    tills_with_sales,
)
from app.sales.refund_rules import RefundWay, share_refund
from app.sales.services.voids import Refund, void_lines
from app.web.editions import edition_of_page
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.sale_forms import MARK_LABELS, SaleSearch, SaleVoidForm, search_choices
from blueprints.backoffice.sale_tabs import sale_tabs

ONE = "/editions/<int:edition_id>/sales/<int:sale_id>"


@bp.get("/editions/<int:edition_id>/sales")
def sales(edition_id: int) -> ResponseReturnValue:
    edition, search = edition_of_page(edition_id), SaleSearch.of_address(request.args)
    found = search_sales(edition, search.wanted, request.args.get("page", 1, type=int))
    return render(
        "backoffice/sales.html",
        "results",
        edition=edition,
        search=search,
        found=found,
        days=len(sale_days(edition)),
        tabs=sale_tabs(edition, "backoffice.sales"),
        choices=search_choices(edition, tills_with_sales(edition.id)),
        mark_labels=MARK_LABELS,
        payment_labels=PAYMENT_LABELS,
        url_for_page=lambda page: url_for(
            "backoffice.sales", edition_id=edition.id, page=page, **search.address
        ),
    )


@bp.get(ONE)
def sale(edition_id: int, sale_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    detail = get_sale_detail(edition.id, sale_id)
    return _page(edition, detail, _form(edition, detail))


@bp.get(f"{ONE}/refund")
def sale_refund(edition_id: int, sale_id: int) -> ResponseReturnValue:
    """What is to be given back for the articles ticked, while the form is being filled."""
    edition = edition_of_page(edition_id)
    detail = get_sale_detail(edition.id, sale_id)
    ticked = set(request.args.getlist("lines", type=int))
    due = sum(line.price_cents for line in detail.lines_left if line.id in ticked)
    way = request.args.get("way", "")
    known = RefundWay(way) if way in set(RefundWay) else RefundWay.AS_PAID
    return render("backoffice/_refund_due.html", "due", due=due, parts=_parts(known, due, detail.left))


@bp.post(f"{ONE}/voids")
def sale_void(edition_id: int, sale_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    detail = get_sale_detail(edition.id, sale_id)
    form = _form(edition, detail)
    if not form.validate():
        return _page(edition, detail, form)
    wish, lines, reason, by_id = form.wish(), form.lines.data or [], form.reason.data or "", current_user.id
    try:
        refund = in_transaction(lambda: void_lines(edition_id, sale_id, lines, reason, wish, by_id))
    except NotFound:
        raise
    except DomainError as refusal:
        refuse(form, refusal)
        return _page(edition, get_sale_detail(edition_id, sale_id), form)
    flash(f"Annulé. {refund_words(refund)}", "success")
    return redirect_to(url_for("backoffice.sale", edition_id=edition_id, sale_id=sale_id))


def refund_words(refund: Refund) -> str:
    """`Rendez 3,00 € (espèces) et 1,00 € (carte), caisse C2.`"""
    parts = [f"{format_euros(cents)} ({how})" for how, cents in parts_in_words(refund.amounts)]
    return f"Rendez {' et '.join(parts)}, caisse {refund.till}." if parts else "Il n’y a rien à rendre."


def parts_in_words(amounts: Mapping[PaymentMethod, int]) -> list[tuple[str, int]]:
    """`[("espèces", 300)]`: methods in words, cents."""
    return [(PAYMENT_LABELS[method].lower(), cents) for method, cents in amounts.items()]


def _form(edition: Edition, detail: SaleDetail) -> SaleVoidForm:
    form = SaleVoidForm()
    form.offer(open_drawers(edition.id), detail.till.id)
    form.lines.choices = {line.id: line.name for line in detail.lines_left}
    if not form.is_submitted():
        form.lines.data = [line.id for line in detail.lines_left]
    return form


def _parts(way: RefundWay, due: int, left: dict[PaymentMethod, int]) -> list[tuple[str, int]] | None:
    """Method in words and cents; None when it is for the person to share out."""
    if way is RefundWay.SPLIT:
        return None
    return parts_in_words(share_refund(way, due, left, {}))


def _page(edition: Edition, detail: SaleDetail, form: SaleVoidForm) -> ResponseReturnValue:
    ticked = set(form.lines.data or [])
    due = sum(line.price_cents for line in detail.lines_left if line.id in ticked)
    way = form.way.data if form.way.data in set(RefundWay) else RefundWay.AS_PAID
    words = {line.id: item_words(edition.rulebook, line.item).full for line in detail.lines if line.item}
    return render(
        "backoffice/sale.html",
        "sale",
        status=422 if form.errors else 200,
        edition=edition,
        detail=detail,
        words=words,
        form=form,
        ticked=ticked,
        due=due,
        parts=_parts(RefundWay(way), due, detail.left),
        at_its_till=belongs_to_its_till(detail.sale.sold_at, utcnow(), detail.session_is_open),
        mark_labels=MARK_LABELS,
        payment_labels=PAYMENT_LABELS,
        format_code=format_code,
    )
