"""Rows exported for spreadsheets, as CSV that French Excel opens; `xlsx` writes the same as a workbook.

Cells that a spreadsheet would run as a formula are neutralised with an apostrophe in front, in both
formats: an xlsx may be saved as CSV by the next person.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from app.core.dates import date_short, datetime_short

Cell = str | int | Decimal | bool | date | datetime | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What XML, and so a workbook, cannot hold.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BATCH = 500


def euros_cell(cents: int) -> Decimal:
    """Cents as an exact amount in euros, for a cell that can be summed."""
    return Decimal(cents).scaleb(-2)


def stream_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """CSV in UTF-8 with BOM, `;` between cells, decimal comma, dates of Paris; in pieces, as rows come."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    text.write("\ufeff")
    writer.writerow([neutral(name) for name in header])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_csv_cell(cell) for cell in row])
        if number % _BATCH == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def neutral(text: str) -> str:
    """`text` as a spreadsheet shows it and never runs it."""
    clean = _CONTROLS.sub("", text)
    return (
        f"'{clean}" if clean.lstrip(" \n\u00a0").startswith(_FORMULA) or text.startswith(_FORMULA) else clean
    )


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, datetime):
        return datetime_short(cell)
    if isinstance(cell, date):
        return date_short(cell)
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    return neutral(cell) if isinstance(cell, str) else str(cell)
