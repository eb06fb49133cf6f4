"""The depositor's own screens: home, lists, sales, slip."""

from flask import Blueprint

bp = Blueprint("portal", __name__, template_folder="templates")

from blueprints.portal import views  # noqa: E402, F401 - views attach themselves to bp
