"""The manager's screens: editions, registrations, labels, items, users."""

from flask import Blueprint

bp = Blueprint("backoffice", __name__, template_folder="templates")

from blueprints.backoffice import (  # noqa: E402, F401 - views attach themselves to bp
    calendar_views,
    conflict_views,
    edition_views,
    import_views,
    incident_views,
    invitation_views,
    item_label_views,
    item_views,
    label_views,
    quarantine_views,
    registration_acts,
    registration_page,
    registration_views,
    rulebook_views,
    sale_views,
    setup_views,
    spare_views,
    user_views,
)
