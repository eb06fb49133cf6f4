"""The books of an edition on one page, and what each figure is made of."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.payouts.models import PAYOUT_METHOD_LABELS, PAYOUT_STATE_LABELS
from app.payouts.queries import figure_page, load_books
from app.sales.models import PAYMENT_LABELS, PaymentMethod
from app.web.editions import edition_of_page
from app.web.htmx import render
from blueprints.treasury import bp
from blueprints.treasury.permissions import may_act

# The page of payments of each method (see app.payouts.queries.figures).
FIGURE_OF_METHOD = {
    PaymentMethod.CASH: "especes",
    PaymentMethod.CARD: "cartes",
    PaymentMethod.CHEQUE: "cheques",
}


@bp.get("/treasury")
def home(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    return render(
        "treasury/home.html",
        edition=edition,
        books=load_books(edition),
        may_act=may_act(),
        state_labels=PAYOUT_STATE_LABELS,
        payment_labels=PAYMENT_LABELS,
        method_labels=PAYOUT_METHOD_LABELS,
        figure_of_method=FIGURE_OF_METHOD,
    )


@bp.get("/treasury/figures/<figure>")
def figure(edition_id: int, figure: str) -> ResponseReturnValue:
    """The lines behind one figure; `?session=` narrows payments to one till session."""
    edition = edition_of_page(edition_id)
    session_id = request.args.get("session", type=int)
    found = figure_page(edition, figure, request.args.get("page", 1, type=int), session_id)
    return render(
        "treasury/figure.html",
        edition=edition,
        found=found,
        url_for_page=lambda page: url_for(
            "treasury.figure", edition_id=edition.id, figure=figure, session=session_id, page=page
        ),
    )
