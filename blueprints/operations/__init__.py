"""Background work, outbox, audit log."""

from flask import Blueprint

bp = Blueprint("operations", __name__, template_folder="templates")

from blueprints.operations import views  # noqa: E402, F401 - views attach themselves to bp
