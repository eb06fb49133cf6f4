"""The tabs of the manager's sales: all of them, those paid twice, unidentified, or left aside."""

from typing import Any

from flask import url_for

from app.editions.models import Edition
from app.sales.queries import count_open_conflicts, count_quarantined
from app.sales.queries.unidentified import count_unidentified


def sale_tabs(edition: Edition, current: str) -> list[dict[str, Any]]:
    """As `ui.tabs` draws them, with what is to be looked at counted."""
    tabs = (
        ("backoffice.sales", "Toutes les ventes", None),
        ("backoffice.sales_conflicts", "Vendu deux fois", count_open_conflicts(edition.id) or None),
        ("till.unidentified", "À identifier", count_unidentified(edition.id) or None),
        ("backoffice.sales_quarantine", "Mis de côté", count_quarantined(edition.id) or None),
    )
    return [
        {
            "label": label,
            "href": url_for(endpoint, edition_id=edition.id),
            "current": endpoint == current,
            "count": count,
        }
        for endpoint, label, count in tabs
    ]
