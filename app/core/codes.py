"""The ten-digit code of a label: edition (2), list (4), line (2), two check digits.

The check digits follow ISO 7064 MOD 97-10: every wrong digit and every swap of two neighbours is
caught. Digits only, because they survive every scanner and keyboard layout.
"""

import re
from dataclasses import dataclass

from stdnum.iso7064 import mod_97_10

from app.core.errors import DomainError

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2013]+")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_SHORT = re.compile(r"\s*([0-9]{1,4})(?:\s*[-/\u2010-\u2013]\s*|\s+)([0-9]{1,2})\s*")


class InvalidCode(DomainError):
    """What was scanned or typed is not a label code of ours."""


class NotACode(InvalidCode):
    """It does not have ten digits: another barcode, half a code, or words."""

    def __init__(self, field: str | None = None) -> None:
        super().__init__(
            "Ce n’est pas un code d’étiquette : il en faut les dix chiffres. "
            "Scannez à nouveau, ou tapez le numéro de liste et d’article, par exemple 245-03.",
            field,
        )


class WrongCheckDigits(InvalidCode):
    """Ten digits, but one of them is wrong or two are swapped."""

    def __init__(self, field: str | None = None) -> None:
        super().__init__(
            "Ce code contient une erreur de chiffre. Vérifiez-le sur l’étiquette et tapez-le à nouveau.",
            field,
        )


@dataclass(frozen=True, slots=True)
class Code:
    """A code whose check digits are right; whether the item exists is another question."""

    edition_number: int
    list_number: int
    line: int
    digits: str

    def __str__(self) -> str:
        return format_code(self.digits)


def make_code(edition_number: int, list_number: int, line: int) -> str:
    """The ten digits of a label.

    Edition 0–99, list 0–9999, line 0–99; ValueError beyond, as such a code would not fit.
    """
    if not (0 <= edition_number <= 99 and 0 <= list_number <= 9999 and 0 <= line <= 99):
        raise ValueError(f"no code for edition {edition_number}, list {list_number}, line {line}")
    body = f"{edition_number:02d}{list_number:04d}{line:02d}"
    return body + mod_97_10.calc_check_digits(body)


def parse_code(text: str, field: str | None = None) -> Code:
    """Read a scanned or typed code, with or without blanks, dots and dashes.

    Raises NotACode or WrongCheckDigits, both InvalidCode.
    """
    digits = _SEPARATORS.sub("", text)
    if not _TEN_DIGITS.fullmatch(digits):
        raise NotACode(field)
    if not mod_97_10.is_valid(digits):
        raise WrongCheckDigits(field)
    return Code(int(digits[:2]), int(digits[2:6]), int(digits[6:8]), digits)


def format_code(digits: str) -> str:
    """As printed on a label: `2602450346` → `26 0245 03 46`."""
    return f"{digits[:2]} {digits[2:6]} {digits[6:8]} {digits[8:]}"


def short_number(list_number: int | None, line: int | None) -> str:
    """As people say it and type it: `245-03`; empty while the item has no number."""
    return f"{list_number}-{line:02d}" if list_number and line else ""


def parse_short(text: str) -> tuple[int, int] | None:
    """List and line typed by hand (`245-03`, `245 3`, `245/3`), or None when it is something else."""
    found = _SHORT.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None
