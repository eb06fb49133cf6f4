"""JSON for tills: registration, catalogue, journal, ping."""

from flask import Blueprint

bp = Blueprint("sync", __name__, url_prefix="/sync", template_folder="templates")

from blueprints.sync import views  # noqa: E402, F401 - views attach themselves to bp
