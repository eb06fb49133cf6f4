"""Rows exported as an Excel workbook, written as they come.

Imported by whoever writes one when it does: the library weighs 12 MB in a process.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.core.dates import to_paris
from app.documents.tables import Cell, neutral


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
