"""Rows exported for spreadsheets: CSV as French Excel opens it, and xlsx. Both stream.

Cells that a spreadsheet would run as a formula are neutralised with an apostrophe in front, in both
formats: an xlsx may be saved as CSV by the next person.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.core.dates import date_short, datetime_short, to_paris

Cell = str | int | Decimal | bool | date | datetime | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What XML, and so xlsx, cannot hold.
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


def write_xlsx(
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    out: BinaryIO,
    widths: Sequence[int] | None = None,
) -> None:
    """One sheet with a bold frozen header; amounts as numbers, dates as dates of Paris.

    `widths` of the columns in characters. `title` is cut to the 31 characters a sheet's name may have.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.freeze_panes = "A2"
    for column, width in enumerate(widths or (), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    heading = [WriteOnlyCell(sheet, value=neutral(name)) for name in header]
    for cell in heading:
        cell.font = Font(bold=True)
    sheet.append(heading)
    for row in rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    book.save(out)


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


def _xlsx_cell(sheet: Any, cell: Cell) -> Any:
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, datetime):
        return _formatted(sheet, to_paris(cell).replace(tzinfo=None), "dd/mm/yyyy hh:mm")
    if isinstance(cell, date):
        return _formatted(sheet, cell, "dd/mm/yyyy")
    if isinstance(cell, Decimal):
        return _formatted(sheet, cell, "#,##0.00")
    return neutral(cell) if isinstance(cell, str) else cell


def _formatted(sheet: Any, value: Any, number_format: str) -> Any:
    made = WriteOnlyCell(sheet, value=value)
    made.number_format = number_format
    return made
