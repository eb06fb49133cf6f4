"""What is read in the sales area, one file per subject; import from here."""

from app.sales.queries.conflicts import conflicts_of_till, count_quarantined, open_conflicts
from app.sales.queries.tills import (
    TillState,
    expected_by_method,
    get_till,
    list_sessions,
    open_session_of,
    seller_at,
    server_epoch,
    session_at_till,
    till_states,
)
from app.sales.queries.totals import (
    HourOfSales,
    SalesTotals,
    SoldAt,
    SoldLine,
    payments_by_method,
    sales_by_hour,
    sales_totals,
    sold_cents_by_registration,
    sold_lines,
    sold_where,
)

__all__ = [
    "HourOfSales",
    "SalesTotals",
    "SoldAt",
    "SoldLine",
    "TillState",
    "conflicts_of_till",
    "count_quarantined",
    "expected_by_method",
    "get_till",
    "list_sessions",
    "open_conflicts",
    "open_session_of",
    "payments_by_method",
    "sales_by_hour",
    "sales_totals",
    "seller_at",
    "server_epoch",
    "session_at_till",
    "sold_cents_by_registration",
    "sold_lines",
    "sold_where",
    "till_states",
]
