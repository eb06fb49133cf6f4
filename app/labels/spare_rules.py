"""Blank labels kept in reserve: which codes are theirs, and what one may be bound to. Pure."""

from app.core.codes import InvalidCode, make_code, parse_code, parse_short
from app.core.errors import DomainError
from app.deposits.models import ItemState

# List numbers that no depositor has (1-product.md, Labels); 9999 is that of training tills.
FIRST_LIST, LAST_LIST = 9001, 9998
# One sheet of labels is one list.
PER_SHEET = 12
MAX_SHEETS = 20


class SpareUnknown(DomainError):
    def __init__(self, field: str | None = "spare") -> None:
        super().__init__(
            "Ce n’est pas une étiquette de réserve de cette bourse. Scannez une étiquette marquée "
            "« réserve », ou tapez son numéro, par exemple 9001-03.",
            field,
        )


class SpareTaken(DomainError):
    """Bound already: one code names one item."""

    def __init__(self, code: str, short: str) -> None:
        super().__init__(
            f"L’étiquette de réserve {spare_name(code)} est déjà collée sur l’article {short}. Prenez-en une "
            "autre, ou détachez-la d’abord.",
            "spare",
        )


class NoSpareLeft(DomainError):
    def __init__(self, left: int) -> None:
        words = "plus aucun" if left == 0 else f"plus que {left}"
        super().__init__(f"Il ne reste {words} numéro de planche de réserve dans cette édition.", "sheets")


class ItemWithoutLabel(DomainError):
    def __init__(self) -> None:
        super().__init__("Cet article n’a pas encore de numéro : sa liste doit d’abord être validée.", "item")


def is_spare(code: str) -> bool:
    """Whether ten digits are those of a label kept in reserve."""
    return FIRST_LIST <= int(code[2:6]) <= LAST_LIST


def spare_name(code: str) -> str:
    """`2690010135` → `9001-01`, as it is printed in large type and said aloud."""
    return f"{int(code[2:6])}-{code[6:8]}"


def spare_codes(edition_number: int, last_list: int, sheets: int) -> list[str]:
    """The codes of `sheets` new sheets after the list `last_list` (9000: none yet). Raises NoSpareLeft."""
    first = max(last_list + 1, FIRST_LIST)
    if not 1 <= sheets <= MAX_SHEETS:
        raise DomainError(f"De 1 à {MAX_SHEETS} planches à la fois.", "sheets")
    if first + sheets - 1 > LAST_LIST:
        raise NoSpareLeft(LAST_LIST - first + 1)
    return [
        make_code(edition_number, number, line)
        for number in range(first, first + sheets)
        for line in range(1, PER_SHEET + 1)
    ]


def check_bindable(item_state: ItemState, item_code: str | None) -> None:
    """A spare label names the item's own code, so there must be one. Raises ItemWithoutLabel."""
    if item_code is None or item_state is ItemState.DRAFT:
        raise ItemWithoutLabel


def read_spare(typed: str, edition_number: int) -> str:
    """The ten digits of a spare label of this edition, from a scan or `9001-03`. Raises SpareUnknown."""
    short = parse_short(typed)
    try:
        code = make_code(edition_number, *short) if short else parse_code(typed).digits
    except InvalidCode as error:
        raise SpareUnknown from error
    if int(code[:2]) != edition_number or not is_spare(code):
        raise SpareUnknown
    return code
