"""Payouts as rows of a spreadsheet."""

from collections.abc import Iterable, Iterator

from app.documents.tables import Cell, euros_cell
from app.editions.models import LIST_KIND_LABELS
from app.payouts.models import PAYOUT_METHOD_LABELS, PAYOUT_STATE_LABELS
from app.payouts.queries import LedgerRow

PAYOUT_HEADER = (
    "Nom",
    "Prénom",
    "E-mail",
    "Listes",
    "Type",
    "État",
    "À recalculer",
    "Articles vendus",
    "Ventes (€)",
    "Commission (€)",
    "Frais (€)",
    "Corrections (€)",
    "À reverser (€)",
    "Manque (€)",
    "Dû maintenant (€)",
    "Paiement",
    "N° de chèque",
    "Payé le",
)
PAYOUT_WIDTHS = (20, 16, 28, 12, 16, 18, 12, 10, 12, 14, 10, 14, 14, 12, 16, 12, 14, 18)


def payout_rows(rows: Iterable[LedgerRow]) -> Iterator[list[Cell]]:
    """One line per depositor: the computed figures, or those of the moment while there are none."""
    for row in rows:
        amounts = row.shown.amounts
        yield [
            row.last_name,
            row.first_name,
            row.email,
            ", ".join(str(number) for number in row.numbers),
            LIST_KIND_LABELS[row.list_kind],
            PAYOUT_STATE_LABELS[row.state] if row.state else "À calculer",
            row.is_stale,
            row.shown.sold_count,
            euros_cell(amounts.gross),
            euros_cell(amounts.commission),
            euros_cell(amounts.fees),
            euros_cell(amounts.adjustments),
            euros_cell(amounts.net),
            euros_cell(amounts.shortfall),
            euros_cell(row.current.amounts.net),
            PAYOUT_METHOD_LABELS[row.method] if row.method else None,
            row.cheque_number,
            row.paid_at,
        ]
