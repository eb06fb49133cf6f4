"""The tabs of the observation: alerts, who is on call, the rules, the service levels."""

from typing import Any

from flask import url_for

from app.editions.queries import current_edition
from app.monitoring.queries import open_alerts

# Of one edition, unlike the others.
LEVELS = "operations.service_levels"
TABS = (
    ("operations.alerts", "Alertes"),
    ("operations.on_call", "Astreinte"),
    ("operations.alert_rules", "Règles"),
    (LEVELS, "Niveaux de service"),
)


def alert_tabs(current: str) -> list[dict[str, Any]]:
    """As `ui.tabs` draws them, with the open alerts counted."""
    counts = {"operations.alerts": len(open_alerts()) or None}
    edition = current_edition()
    addresses = {endpoint: url_for(endpoint) for endpoint, _ in TABS if endpoint != LEVELS}
    if edition:
        addresses[LEVELS] = url_for(LEVELS, edition_id=edition.id)
    return [
        {
            "label": label,
            "href": addresses[endpoint],
            "current": endpoint == current,
            "count": counts.get(endpoint),
        }
        for endpoint, label in TABS
        if endpoint in addresses
    ]
