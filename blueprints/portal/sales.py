"""Sales as they happen, and the payout slip."""

from flask import g, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.errors import NotFound
from app.deposits.models import ITEM_STATE_LABELS, Registration
from app.deposits.queries.lists import get_own_registration, live_items
from app.deposits.wording import item_words, list_name
from app.operations.files import path_of
from app.payouts.models import PAYOUT_METHOD_LABELS
from app.payouts.queries.depositor import own_sales
from app.web.htmx import is_htmx, render
from blueprints.portal import bp
from blueprints.portal.home import EDITION


@bp.get(f"{EDITION}/sales")
def sales(edition_id: int) -> ResponseReturnValue:
    """Every item with its state, refreshed by HTMX."""
    registration = _registration(edition_id)
    book = registration.edition.rulebook
    lists = [
        (list_name(each), [(item, item_words(book, item)) for item in live_items(each)])
        for each in registration.lists
    ]
    return render(
        "portal/sales.html",
        "sales",
        edition=registration.edition,
        sales=own_sales(registration),
        lists=[(name, rows) for name, rows in lists if rows],
        state_labels=ITEM_STATE_LABELS,
        payout_methods=PAYOUT_METHOD_LABELS,
    )


@bp.get(f"{EDITION}/sales/figures")
def sales_figures(edition_id: int) -> ResponseReturnValue:
    """The figures alone, asked again by the home page while it is open."""
    if not is_htmx():
        return redirect(url_for("portal.sales", edition_id=edition_id))
    registration = _registration(edition_id)
    return render("portal/_sales_figures.html", edition=registration.edition, sales=own_sales(registration))


@bp.get(f"{EDITION}/slip")
def slip(edition_id: int) -> ResponseReturnValue:
    """The payout slip, once the treasurer made it."""
    own = own_sales(_registration(edition_id))
    if own.slip_outdated:
        raise NotFound("Vos ventes ont changé : votre bordereau est à refaire. Il reviendra sur cette page.")
    path = path_of(own.slip_file) if own.slip_file else None
    if path is None or not path.is_file():
        raise NotFound("Votre bordereau n’est pas encore prêt : il paraît ici après la vente.")
    return send_file(
        path,
        mimetype="application/pdf",
        as_attachment=True,
        download_name="bordereau.pdf",
    )


def _registration(edition_id: int) -> Registration:
    registration = get_own_registration(current_user.id, edition_id)
    g.edition = registration.edition
    return registration
