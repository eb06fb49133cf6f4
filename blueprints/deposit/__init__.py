"""The check-in desk on deposit day."""

from flask import Blueprint

bp = Blueprint(
    "deposit", __name__, url_prefix="/editions/<int:edition_id>/deposit", template_folder="templates"
)

from blueprints.deposit import desk_views, views  # noqa: E402, F401 - views attach themselves to bp
