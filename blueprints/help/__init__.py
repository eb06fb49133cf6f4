"""The guide for volunteers, opened by the "?" of every page."""

from flask import Blueprint

bp = Blueprint("help", __name__, template_folder="templates", url_prefix="/aide")

from blueprints.help import views  # noqa: E402, F401 - views attach themselves to bp
