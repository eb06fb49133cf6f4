"""Finding an item, its history, and what a manager does with it."""

import io
from dataclasses import replace

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup, escape

from app.core.codes import format_code
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.models import ITEM_STATE_LABELS
from app.deposits.queries.items import FoundItem, all_items, get_item, search_items
from app.deposits.services.item_actions import put_item_back, withdraw_item
from app.deposits.wording import item_words
from app.documents.label_sheet import draw_single_labels
from app.editions.models import Edition
from app.labels.queries import last_line
from app.labels.queries.spares import item_code_of, spares_of_item
from app.labels.services import record_reprint
from app.labels.wording import colour_of
from app.reporting.item_history import item_history
from app.web.access import may_use
from app.web.downloads import send_table
from app.web.editions import edition_of_page
from app.web.filters import item_tone
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.item_forms import STATE_CHOICES, ItemSearch, WithdrawalForm
from blueprints.backoffice.item_table import HEADER, WIDTHS, export_rows, show_items
from blueprints.backoffice.label_forms import IncidentForm, ItemSpareForm
from jobs.labels import label_item

ONE = "/editions/<int:edition_id>/items/<int:item_id>"


@bp.get("/editions/<int:edition_id>/items")
def items(edition_id: int) -> ResponseReturnValue:
    edition, search = edition_of_page(edition_id), ItemSearch.of_address(request.args)
    # A spare label finds the item it is on.
    wanted = replace(search.wanted, text=item_code_of(edition.id, edition.number, search.wanted.text))
    found = search_items(edition, wanted, request.args.get("page", 1, type=int))
    return render(
        "backoffice/items.html",
        "results",
        edition=edition,
        search=search,
        found=found,
        rows=show_items(edition.rulebook, found.rows),
        state_choices=STATE_CHOICES,
        category_choices=[("", "Toutes"), *((each.key, each.label) for each in edition.rulebook.categories)],
        may_label=not edition.is_read_only,
        may_identify=may_use("till.unidentified", current_user.roles),
        may_export=may_use("backoffice.items_export", current_user.roles),
        url_for_page=lambda page: url_for(
            "backoffice.items", edition_id=edition.id, page=page, **search.address
        ),
    )


@bp.get("/editions/<int:edition_id>/items/export")
def items_export(edition_id: int) -> ResponseReturnValue:
    edition, search = edition_of_page(edition_id), ItemSearch.of_address(request.args)
    rows = export_rows(edition.rulebook, all_items(edition, search.wanted))
    suffix = "csv" if request.args.get("format") == "csv" else "xlsx"
    return send_table(suffix, f"articles-{edition.number:02d}", "Articles", HEADER, rows, WIDTHS)


@bp.get(ONE)
def item(edition_id: int, item_id: int) -> ResponseReturnValue:
    return item_page(edition_of_page(edition_id), item_id)


@bp.post(f"{ONE}/withdrawal")
def item_withdrawal(edition_id: int, item_id: int) -> ResponseReturnValue:
    edition, form = edition_of_page(edition_id), WithdrawalForm()
    if not form.validate():
        return item_page(edition, item_id, form)
    try:
        withdraw_item(edition, item_id, form.reason.data or "", current_user.id)
    except NotFound:
        raise
    except DomainError as refusal:
        db.session.rollback()
        refuse(form, refusal)
        return item_page(edition, item_id, form)
    db.session.commit()
    flash("L’article est retiré de la vente : les caisses le refusent.", "success")
    return to_item(edition, item_id)


@bp.post(f"{ONE}/return")
def item_return(edition_id: int, item_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    try:
        put_item_back(edition, item_id, current_user.id)
    except NotFound:
        raise
    except DomainError as refusal:
        db.session.rollback()
        flash(refusal.message, "danger")
    else:
        db.session.commit()
        flash("L’article est de nouveau en vente.", "success")
    return to_item(edition, item_id)


@bp.post(f"{ONE}/label")
def item_label(edition_id: int, item_id: int) -> ResponseReturnValue:
    """One label, printed once more at once."""
    edition = edition_of_page(edition_id)
    found = get_item(edition.id, item_id)
    try:
        record_reprint(found.item, current_user.id)
    except DomainError as refusal:
        db.session.rollback()
        flash(refusal.message, "danger")
        return to_item(edition, item_id)
    assert found.number is not None
    label = label_item(edition.rulebook, found.number, found.item, last_line(found.item.list_id))
    out = io.BytesIO()
    draw_single_labels([(label, colour_of(edition.rulebook, found.number)[0])], out)
    db.session.commit()
    headers = {"Content-Disposition": f'inline; filename="etiquette-{found.short}.pdf"'}
    return Response(out.getvalue(), mimetype="application/pdf", headers=headers)


def item_page(
    edition: Edition,
    item_id: int,
    form: WithdrawalForm | None = None,
    *,
    spare_form: ItemSpareForm | None = None,
    incident_form: IncidentForm | None = None,
) -> ResponseReturnValue:
    """The page of an item, with the form that was refused, if any."""
    found = get_item(edition.id, item_id)
    refused = form or spare_form or incident_form
    return render(
        "backoffice/item.html",
        status=422 if refused else 200,
        edition=edition,
        found=found,
        item=found.item,
        code=format_code(found.item.code) if found.item.code else "",
        seller=_seller(edition, found),
        state_label=ITEM_STATE_LABELS[found.item.state],
        state_tone=item_tone(found.item.state),
        reasons=edition.rulebook.refusal_reasons,
        words=item_words(edition.rulebook, found.item),
        colour=colour_of(edition.rulebook, found.number),
        history=item_history(found.item, with_payout=may_use("treasury.payout", current_user.roles)),
        form=form or WithdrawalForm(formdata=None),
        spares=spares_of_item(found.item),
        spare_form=spare_form or ItemSpareForm(formdata=None),
        incident_form=incident_form or IncidentForm(formdata=None),
        may_label=bool(found.item.code) and not edition.is_read_only,
        may_manage=may_use("backoffice.item_withdrawal", current_user.roles) and not edition.is_read_only,
    )


def _seller(edition: Edition, found: FoundItem) -> str:
    """The name, which leads to the registration for those who may open it."""
    if not may_use("backoffice.registration", current_user.roles):
        return escape(found.seller)
    address = url_for("backoffice.registration", edition_id=edition.id, registration_id=found.registration_id)
    return Markup('<a href="{}">{}</a>').format(address, found.seller)


def to_item(edition: Edition, item_id: int) -> ResponseReturnValue:
    return redirect_to(url_for("backoffice.item", edition_id=edition.id, item_id=item_id))
