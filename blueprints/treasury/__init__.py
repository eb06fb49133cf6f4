"""Cash, payouts, and what goes back unsold."""

from flask import Blueprint

bp = Blueprint("treasury", __name__, template_folder="templates", url_prefix="/editions/<int:edition_id>")

from blueprints.treasury import payout_views, restitution_views, slip_views, views  # noqa: E402, F401
