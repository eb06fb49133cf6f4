"""The label of one item: a spare one put in its place, a trouble noted."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db, in_transaction
from app.core.errors import DomainError, NotFound
from app.deposits.queries.items import get_item
from app.labels.queries.spares import find_spare
from app.labels.services import bind_spare, report_incident
from app.web.editions import edition_of_page
from app.web.forms import refuse
from blueprints.backoffice import bp
from blueprints.backoffice.item_views import ONE, item_page, to_item
from blueprints.backoffice.label_forms import IncidentForm, ItemSpareForm


@bp.post(f"{ONE}/spare")
def item_spare(edition_id: int, item_id: int) -> ResponseReturnValue:
    """A spare label is on this item from now on."""
    edition, form = edition_of_page(edition_id), ItemSpareForm()
    if not form.validate():
        return item_page(edition, item_id, spare_form=form)
    try:
        spare = find_spare(edition.id, edition.number, form.spare.data)
        in_transaction(lambda: bind_spare(edition.id, spare.code, item_id, current_user.id, form.cause))
    except NotFound:
        raise
    except DomainError as refusal:
        refuse(form, refusal)
        return item_page(edition, item_id, spare_form=form)
    flash(
        f"L’étiquette {spare.name} est celle de cet article. Écrivez dessus son prix et son numéro.",
        "success",
    )
    return to_item(edition, item_id)


@bp.post(f"{ONE}/incidents")
def item_incident(edition_id: int, item_id: int) -> ResponseReturnValue:
    """The label of this item did not do its work."""
    edition, form = edition_of_page(edition_id), IncidentForm()
    found = get_item(edition.id, item_id)
    if not form.validate():
        return item_page(edition, item_id, incident_form=form)
    report_incident(edition.id, found.item.id, form.cause, form.done, current_user.id)
    db.session.commit()
    flash("C’est noté.", "success")
    return to_item(edition, item_id)
