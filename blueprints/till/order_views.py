"""What managers ask of tills from the dashboard."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.sales.services.orders import ask_to_synchronise
from app.web.editions import edition_of_page
from app.web.htmx import redirect_to
from blueprints.till import bp


@bp.post("/editions/<int:edition_id>/synchronisation")
def synchronise_all(edition_id: int) -> ResponseReturnValue:
    """Ask every till to send all it has and to compare its journal; each obeys at its next sign of life."""
    edition = edition_of_page(edition_id)
    ask_to_synchronise(edition.id, current_user.id)
    db.session.commit()
    flash(
        "La synchronisation est demandée à toutes les caisses. Chacune répond en quelques secondes.",
        "success",
    )
    return redirect_to(url_for("reporting.dashboard", edition_id=edition.id))
