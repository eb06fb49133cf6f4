"""Rows of an Excel export, read without trusting the file.

Archive members are measured before anything is unpacked; entities and document types are refused by
defusedxml, which openpyxl uses when it is installed. Formulas are not computed nor their last value
believed: the cell comes out as a text beginning with `=`, which is an error of its row.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from app.core.errors import DomainError

# 500 registrations of 35 columns unpack to about 1 MB. The small limit is for the parts openpyxl turns
# into objects before the first row: 8 MB of styles took 50 s and 800 MB.
MAX_UNPACKED_BYTES = 4 * 1024 * 1024
MAX_SMALL_PART_BYTES = 256 * 1024
_LARGE_PARTS = ("xl/worksheets/sheet", "xl/sharedStrings.xml", "xl/media/")
MAX_SHEET_ROWS = 5_000
_MAX_MEMBERS = 500
_MAX_COLUMNS = 200

# What zipfile, the XML parsers and openpyxl raise on damaged or hostile files.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


def xlsx_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of the first sheet; DomainError when it cannot be read safely."""
    _check_archive(content)
    # Only the process that reads a workbook pays for the library's memory.
    import openpyxl

    number = 0
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number > MAX_SHEET_ROWS:
                break
            yield number, [_text(cell) for cell in cells[:_MAX_COLUMNS]]
    except _UNREADABLE as error:
        raise _not_a_workbook() from error
    if number > MAX_SHEET_ROWS:
        raise DomainError(
            f"La feuille s’étend sur plus de {MAX_SHEET_ROWS} lignes : supprimez les lignes vides du bas.",
            "file",
        )


def _check_archive(content: bytes) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DomainError(
            "Ce classeur est protégé par un mot de passe ou dans l’ancien format .xls : "
            "enregistrez-le en .xlsx sans mot de passe.",
            "file",
        )
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except _UNREADABLE as error:
        raise _not_a_workbook() from error
    if any("vba" in each.filename.lower() for each in members):
        raise DomainError("Les classeurs à macros sont refusés : enregistrez-le en .xlsx.", "file")
    if not _is_reasonable(members):
        raise DomainError(
            "Ce classeur est trop grand une fois ouvert : exportez seulement les inscriptions de la bourse.",
            "file",
        )


def _is_reasonable(members: list[zipfile.ZipInfo]) -> bool:
    """Few parts, small once unpacked. zipfile never unpacks more than the size a member declares."""
    small = (each for each in members if not each.filename.startswith(_LARGE_PARTS))
    return (
        len(members) <= _MAX_MEMBERS
        and sum(each.file_size for each in members) <= MAX_UNPACKED_BYTES
        and all(each.file_size <= MAX_SMALL_PART_BYTES for each in small)
    )


def _not_a_workbook() -> DomainError:
    return DomainError(
        "Ce fichier n’est pas un classeur Excel lisible : exportez-le de nouveau depuis Billetweb.", "file"
    )


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return value if isinstance(value, str) else "="
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
