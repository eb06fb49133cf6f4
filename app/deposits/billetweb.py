"""Reads a Billetweb export (.xlsx or .csv) and says what each of its rows would do.

`read_billetweb` makes rows out of a file and refuses what is not one; `classify` compares them with what is
known. Neither writes anything.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

from app.core.errors import DomainError
from app.deposits.billetweb_columns import REQUIRED, find_header, fold, missing_columns
from app.deposits.billetweb_csv import csv_rows
from app.deposits.billetweb_preview import Outcome, Preview, PreviewRow, classify
from app.deposits.billetweb_rows import BilletwebRow, RowProblem, clean_text, normalise_row
from app.deposits.billetweb_xlsx import xlsx_rows

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "BilletwebFile",
    "BilletwebRow",
    "Outcome",
    "Preview",
    "PreviewRow",
    "RowProblem",
    "classify",
    "fold",
    "read_billetweb",
]

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 500
_HEADER_WITHIN = 20
# Longer than any name of an event (characters).
_EVENT_LENGTH = 80


@dataclass(frozen=True)
class BilletwebFile:
    """A readable export: its registrations in file order, whatever is wrong with each of them; the names of
    the events they are of, when the file says so."""

    filename: str
    header_row: int
    rows: tuple[BilletwebRow, ...]
    events: tuple[str, ...] = ()

    def to_json(self) -> str:
        """What is kept of a file between its upload and its import; `from_json` reads it."""
        return json.dumps(self, default=vars, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "BilletwebFile":
        data = json.loads(text)
        rows = tuple(_kept_row(row) for row in data["rows"])
        return cls(data["filename"], data["header_row"], rows, tuple(data.get("events", ())))


def _kept_row(data: dict[str, Any]) -> BilletwebRow:
    problems = tuple(RowProblem(**each) for each in data.pop("problems"))
    return BilletwebRow(**data, problems=problems)


def read_billetweb(stream: BinaryIO, filename: str) -> BilletwebFile:
    """Read an uploaded export of at most 5 MB and 500 registrations.

    Raises DomainError (field `file`) with a French sentence when the file is too big, empty, not what its
    name says, unreadable, or without the useful columns. Time and memory stay bounded whatever it holds:
    size is checked before reading, unpacked size before unpacking, and reading stops at the row too many.
    """
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DomainError(
            "Ce fichier dépasse 5 Mo : exportez seulement les inscriptions de la bourse.", "file"
        )
    if not content.strip():
        raise DomainError("Ce fichier est vide : exportez-le de nouveau depuis Billetweb.", "file")
    header_row, columns, rows = _after_header(_raw_rows(content, filename))
    registrations: list[BilletwebRow] = []
    events: dict[str, None] = {}
    for number, cells in rows:
        named = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        if not any(named[name].strip() for name in REQUIRED):
            continue
        if len(registrations) == MAX_ROWS:
            raise DomainError(
                f"Ce fichier compte plus de {MAX_ROWS} inscriptions : exportez une seule bourse, "
                "ou séparez-le en plusieurs fichiers.",
                "file",
            )
        if event := clean_text(named.pop("Événement", "")):
            events[event[:_EVENT_LENGTH]] = None
        registrations.append(normalise_row(number, named))
    if not registrations:
        raise DomainError("Ce fichier a bien ses colonnes, mais aucune inscription.", "file")
    return BilletwebFile(PurePath(filename).name, header_row, tuple(registrations), tuple(events))


def _raw_rows(content: bytes, filename: str) -> Iterator[tuple[int, list[str]]]:
    """Row number in the file and texts of its cells, read as the file's extension says."""
    extension = PurePath(filename).suffix.lower()
    if extension == ".xlsx":
        return xlsx_rows(content)
    if extension == ".csv":
        return csv_rows(content)
    if extension == ".xlsm":
        raise DomainError("Les classeurs à macros sont refusés : enregistrez-le en .xlsx.", "file")
    raise DomainError("Choisissez l’export Billetweb au format .xlsx ou .csv.", "file")


def _after_header(
    rows: Iterator[tuple[int, list[str]]],
) -> tuple[int, dict[str, int], Iterator[tuple[int, list[str]]]]:
    """Skip titles above the header; return its row number, column positions, and the rows that follow."""
    best: dict[str, int] = {}
    seen = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        seen += 1
        columns = find_header(cells)
        if not missing_columns(columns):
            return number, columns, rows
        best = max(best, columns, key=len)
        if seen == _HEADER_WITHIN:
            break
    if not seen:
        raise DomainError("Ce fichier est vide : exportez-le de nouveau depuis Billetweb.", "file")
    missing = ", ".join(missing_columns(best))
    raise DomainError(
        f"Colonnes introuvables : {missing}. Exportez de nouveau les participants depuis Billetweb, "
        "sans changer les titres.",
        "file",
    )
