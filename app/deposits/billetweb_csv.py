"""Rows of a CSV export, whatever its encoding and separator."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice

from app.core.errors import DomainError
from app.deposits.billetweb_columns import find_header

_DELIMITERS = ";,\t"
_SIGNATURES = {
    b"PK\x03\x04": "un classeur Excel ou une archive",
    b"\xd0\xcf\x11\xe0": "un ancien classeur Excel ou un document protégé",
    b"%PDF": "un PDF",
    b"\x89PNG": "une image",
    b"\xff\xd8\xff": "une image",
}


def csv_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells), counting rows as a spreadsheet shows them.

    Raises DomainError when it is not text or when a quoted cell is not closed.
    """
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            raise DomainError(
                f"Ce fichier se nomme .csv mais c’est {kind} : exportez-le de nouveau depuis Billetweb.",
                "file",
            )
    text = _decode(content)
    yield from _parse(text, _delimiter(text))


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in content[:200]:
        encodings = ["utf-16-le" if content[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise DomainError(
        "Ce fichier n’est pas un texte lisible : exportez-le de nouveau en .csv ou .xlsx.", "file"
    )


def _delimiter(text: str) -> str:
    """The separator under which most of the useful titles are found near the top."""

    def titles(delimiter: str) -> int:
        top = "\n".join(text[:100_000].splitlines()[:40])
        reader = csv.reader(io.StringIO(top, newline=""), delimiter=delimiter)
        return max((len(find_header(row)) for row in islice(reader, 40)), default=0)

    return max(_DELIMITERS, key=titles)


def _parse(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        raise DomainError(
            f"La ligne {number + 1} est mal formée : des guillemets ne sont pas fermés, ou un texte est "
            "démesuré. Corrigez-la ou exportez en .xlsx.",
            "file",
        ) from error
