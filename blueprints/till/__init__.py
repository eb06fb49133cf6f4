"""The till: opening, selling, closing."""

from flask import Blueprint

bp = Blueprint("till", __name__, url_prefix="/till", template_folder="templates")

from blueprints.till import (  # noqa: E402, F401 - views attach themselves to bp
    device_views,
    import_views,
    order_views,
    paper_views,
    release_views,
    sign_in_views,
    unidentified_views,
    views,
)
