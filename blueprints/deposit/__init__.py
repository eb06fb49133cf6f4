"""The check-in desk on deposit day."""

from flask import Blueprint

bp = Blueprint("deposit", __name__, url_prefix="/deposit", template_folder="templates")

from blueprints.deposit import views  # noqa: E402, F401 - views attach themselves to bp
