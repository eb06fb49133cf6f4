"""What is read of payouts, one file per subject; import from here."""

from app.payouts.queries.books import Books, TillCount, load_books
from app.payouts.queries.detail import PayoutDetail, PayoutItem, payout_detail
from app.payouts.queries.figures import FIGURES, FigureLine, FigurePage, figure_page
from app.payouts.queries.ledger import LedgerRow, get_ledger_row, ledger
from app.payouts.queries.progress import (
    Approvable,
    PayoutProgress,
    approvable,
    outdated_slips,
    payout_progress,
)
from app.payouts.queries.search import STATE_FILTERS, LedgerPage, search_ledger
from app.payouts.queries.slip_facts import SlipFacts, SlipItemFacts, slip_facts

__all__ = [
    "FIGURES",
    "STATE_FILTERS",
    "Approvable",
    "Books",
    "FigureLine",
    "FigurePage",
    "LedgerPage",
    "LedgerRow",
    "PayoutDetail",
    "PayoutItem",
    "PayoutProgress",
    "SlipFacts",
    "SlipItemFacts",
    "TillCount",
    "approvable",
    "figure_page",
    "get_ledger_row",
    "ledger",
    "load_books",
    "outdated_slips",
    "payout_detail",
    "payout_progress",
    "search_ledger",
    "slip_facts",
]
