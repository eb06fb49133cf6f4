"""The service worker and manifest, served at root scope."""

from flask import Blueprint

bp = Blueprint("pwa", __name__)

from blueprints.pwa import views  # noqa: E402, F401 - views attach themselves to bp
