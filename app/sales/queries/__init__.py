"""What is read in the sales area, one file per subject; import from here."""

from app.sales.queries.conflicts import (
    ConflictView,
    TillConflict,
    conflict_page,
    conflicts_of_till,
    count_open_conflicts,
    get_conflict,
)
from app.sales.queries.drawers import Drawer, open_drawers
from app.sales.queries.orders import latest_orders
from app.sales.queries.quarantine import count_quarantined, quarantined_entries
from app.sales.queries.sale_detail import SaleDetail, get_sale_detail
from app.sales.queries.sales import (
    SaleFilter,
    SaleMark,
    paid_and_left,
    sale_days,
    search_sales,
    tills_with_sales,
)
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
    SoldAt,
    SoldLine,
    payments_by_method,
    sold_cents_by_registration,
    sold_lines,
    sold_where,
)
from app.sales.queries.unsent import is_silent_at, journals_differ, unsent_at, unsent_of, working_device

__all__ = [
    "ConflictView",
    "Drawer",
    "SaleDetail",
    "SaleFilter",
    "SaleMark",
    "SoldAt",
    "SoldLine",
    "TillConflict",
    "TillState",
    "conflict_page",
    "conflicts_of_till",
    "count_open_conflicts",
    "count_quarantined",
    "expected_by_method",
    "get_conflict",
    "get_sale_detail",
    "get_till",
    "is_silent_at",
    "journals_differ",
    "latest_orders",
    "list_sessions",
    "open_drawers",
    "open_session_of",
    "paid_and_left",
    "payments_by_method",
    "quarantined_entries",
    "sale_days",
    "search_sales",
    "seller_at",
    "server_epoch",
    "session_at_till",
    "sold_cents_by_registration",
    "sold_lines",
    "sold_where",
    "till_states",
    "tills_with_sales",
    "unsent_at",
    "unsent_of",
    "working_device",
]
