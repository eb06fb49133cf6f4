"""The sale seen as it goes: by the team on a page, by the hall on a large screen."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import utcnow
from app.monitoring.queries import alerts_to_show
from app.reporting.queries import live_figures, out_of_reach
from app.reporting.rules import TILL_STATUS_LABELS
from app.sales.models import PAYMENT_LABELS
from app.sales.queries import latest_orders, till_states
from app.web.access import may_use
from app.web.editions import edition_of_page
from app.web.htmx import render
from blueprints.reporting import bp


@bp.get("/editions/<int:edition_id>/live")
def dashboard(edition_id: int) -> ResponseReturnValue:
    """The whole page, or every five seconds its block `live`; `?hall=1` for the screen of the hall."""
    edition = edition_of_page(edition_id)
    now, hall = utcnow(), bool(request.args.get("hall"))
    may_ask = may_use("till.synchronise_all", current_user.roles)
    states = [] if hall else till_states(edition.id)
    return render(
        "reporting/hall.html" if hall else "reporting/dashboard.html",
        "live",
        edition=edition,
        live=live_figures(edition.id, now),
        status_labels=TILL_STATUS_LABELS,
        payment_labels=PAYMENT_LABELS,
        may_settle=may_use("backoffice.sales_conflicts", current_user.roles),
        may_ask=may_ask,
        states=states,
        out_of_reach=out_of_reach(states, now),
        volunteers={state.name: state.volunteer for state in states},
        orders=latest_orders(edition.id) if may_ask and not hall else {},
        alerts=[] if hall else alerts_to_show(now),
        may_see_alerts=may_use("operations.alert", current_user.roles),
    )
