"""The colour of a label; its words are those of `app/deposits/wording.py`."""

from app.core.errors import DomainError
from app.editions.rulebook import Rulebook

_WHITE = "#FFFFFF"


def colour_of(book: Rulebook, number: int | None) -> tuple[str, str]:
    """Hex and name of a list number's range; white where there is none."""
    try:
        numbers = book.range_of(number or 0)
    except DomainError:
        return _WHITE, "Sans couleur"
    return numbers.colour_hex, numbers.colour_name
