"""Labels that did not do their work: noted on an item's page, counted for managers."""

from flask.typing import ResponseReturnValue

from app.deposits.wording import item_words
from app.labels.models import OUTCOME_LABELS, TROUBLE_LABELS
from app.labels.queries.incidents import incident_counts, repeated_items, repeated_lists
from app.labels.wording import colour_of
from app.web.editions import edition_of_page
from app.web.htmx import render
from blueprints.backoffice import bp


@bp.get("/editions/<int:edition_id>/labels/incidents")
def label_incidents(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    book = edition.rulebook
    return render(
        "backoffice/label_incidents.html",
        edition=edition,
        counts=incident_counts(edition.id),
        troubles=TROUBLE_LABELS,
        outcomes=OUTCOME_LABELS,
        troubled_items=[
            (one, item_words(book, one.item), colour_of(book, one.number))
            for one in repeated_items(edition.id)
        ],
        troubled_lists=[(one, colour_of(book, one.number)) for one in repeated_lists(edition.id)],
    )
