"""Cash and payouts."""

from flask import Blueprint

bp = Blueprint("treasury", __name__, template_folder="templates")

from blueprints.treasury import views  # noqa: E402, F401 - views attach themselves to bp
