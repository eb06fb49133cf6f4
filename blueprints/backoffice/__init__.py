"""The manager's screens: editions, registrations, labels, items, users."""

from flask import Blueprint

bp = Blueprint("backoffice", __name__, template_folder="templates")

from blueprints.backoffice import user_views, views  # noqa: E402, F401 - views attach themselves to bp
