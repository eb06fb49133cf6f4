"""The live dashboard."""

from flask import Blueprint

bp = Blueprint("reporting", __name__, template_folder="templates")

from blueprints.reporting import views  # noqa: E402, F401 - views attach themselves to bp
