"""What tills sold without knowing which item it was: a manager finds it, so that its depositor is paid."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.codes import short_number
from app.core.db import in_transaction
from app.core.errors import DomainError, NotFound
from app.core.money import format_amount
from app.deposits.queries.items import search_items
from app.deposits.wording import item_words
from app.editions.models import Edition
from app.labels.wording import colour_of
from app.sales.models import LineState
from app.sales.queries.unidentified import (
    UnidentifiedLine,
    assigned_lines,
    get_unidentified,
    unidentified_page,
)
from app.sales.services.unidentified import assign_item, release_item
from app.web.editions import edition_of_page
from app.web.htmx import redirect_to, render
from blueprints.backoffice.item_forms import ItemSearch
from blueprints.backoffice.item_table import show_items
from blueprints.backoffice.sale_tabs import sale_tabs
from blueprints.till import bp

ALL = "/editions/<int:edition_id>/unidentified"
ONE = f"{ALL}/<int:line_id>"


@bp.get(ALL)
def unidentified(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    found = unidentified_page(edition.id, request.args.get("page", 1, type=int))
    return render(
        "till/unidentified.html",
        edition=edition,
        tabs=sale_tabs(edition, "till.unidentified"),
        found=found,
        assigned=[(line, _item_of(edition, line)) for line in assigned_lines(edition.id)],
        url_for_page=lambda page: url_for("till.unidentified", edition_id=edition.id, page=page),
    )


@bp.get(ONE)
def unidentified_line(edition_id: int, line_id: int) -> ResponseReturnValue:
    """One line, and the items it may have been: at first those of its price."""
    edition = edition_of_page(edition_id)
    line = get_unidentified(edition.id, line_id)
    args = request.args if request.args else {"price": format_amount(line.price_cents)}
    search = ItemSearch.of_address(args)
    found = search_items(edition, search.wanted, request.args.get("page", 1, type=int))
    return render(
        "till/unidentified_line.html",
        "results",
        edition=edition,
        line=line,
        named=_item_of(edition, line),
        search=search,
        found=found,
        rows=show_items(edition.rulebook, found.rows),
        may_assign=line.state is not LineState.VOID and not edition.is_read_only,
        url_for_page=lambda page: url_for(
            "till.unidentified_line", edition_id=edition.id, line_id=line_id, page=page, **search.address
        ),
    )


@bp.post(f"{ONE}/item")
def unidentified_item(edition_id: int, line_id: int) -> ResponseReturnValue:
    """It was this item."""
    edition = edition_of_page(edition_id)
    item_id = request.form.get("item_id", 0, type=int)
    try:
        line = in_transaction(lambda: assign_item(edition.id, line_id, item_id, current_user.id))
    except NotFound:
        raise
    except DomainError as refusal:
        flash(refusal.message, "danger")
        return redirect_to(url_for("till.unidentified_line", edition_id=edition.id, line_id=line_id))
    if line.state is LineState.CONFLICT:
        flash(
            "C’est noté, mais cet article a été vendu plus tôt : il est maintenant vendu deux fois.",
            "warning",
        )
    else:
        flash("C’est noté : l’article est vendu, son déposant sera payé.", "success")
    return redirect_to(url_for("till.unidentified", edition_id=edition.id))


@bp.post(f"{ONE}/release")
def unidentified_release(edition_id: int, line_id: int) -> ResponseReturnValue:
    """It was not the item somebody said."""
    edition = edition_of_page(edition_id)
    try:
        in_transaction(lambda: release_item(edition.id, line_id, current_user.id))
    except NotFound:
        raise
    except DomainError as refusal:
        flash(refusal.message, "danger")
    else:
        flash("L’article n’est plus lié à cette vente : elle est de nouveau à identifier.", "success")
    return redirect_to(url_for("till.unidentified_line", edition_id=edition.id, line_id=line_id))


def _item_of(edition: Edition, line: UnidentifiedLine) -> dict[str, object] | None:
    """The item a line was given, as the page names it."""
    if line.item is None:
        return None
    return {
        "id": line.item.id,
        "short": short_number(line.number, line.item.line) or "sans numéro",
        "colour": colour_of(edition.rulebook, line.number),
        "title": item_words(edition.rulebook, line.item).title,
        "price_cents": line.item.price_cents,
    }
