"""What tills sent that could not be read or trusted: kept raw, looked at by a manager."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import in_transaction
from app.sales.queries import quarantined_entries
from app.sales.services.quarantine import mark_seen
from app.web.editions import edition_of_page
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.sale_tabs import sale_tabs

ALL = "/editions/<int:edition_id>/sales/quarantine"


@bp.get(ALL)
def sales_quarantine(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    return render(
        "backoffice/quarantine.html",
        edition=edition,
        found=quarantined_entries(edition.id, request.args.get("page", 1, type=int)),
        tabs=sale_tabs(edition, "backoffice.sales_quarantine"),
        url_for_page=lambda page: url_for("backoffice.sales_quarantine", edition_id=edition.id, page=page),
    )


@bp.post(f"{ALL}/<int:entry_id>/seen")
def sales_quarantine_seen(edition_id: int, entry_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    by_id = current_user.id
    in_transaction(lambda: mark_seen(edition_id, entry_id, by_id))
    flash("Noté : vous l’avez regardé.", "success")
    return redirect_to(url_for("backoffice.sales_quarantine", edition_id=edition_id))
