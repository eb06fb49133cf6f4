"""JSON for tills: journal, catalogue, ping. Signed with the till's key: no cookie, no CSRF token."""

from flask import Blueprint

from app.extensions import csrf

bp = Blueprint("sync", __name__, url_prefix="/sync")
csrf.exempt(bp)

from blueprints.sync import views  # noqa: E402, F401 - views attach themselves to bp
