"""What a label says of an item."""

from app.core.errors import DomainError
from app.deposits.models import Item
from app.editions.rulebook import Rulebook

_WHITE = "#FFFFFF"


def label_title(book: Rulebook, item: Item) -> str:
    """`Pantalon fille, lot de 2 – en toile`: the size has its own place on the label."""
    kind = next((each.label for each in book.item_types if each.key == item.type), item.type)
    gender = next((each.label.lower() for each in book.genders if each.key == item.gender), "")
    # Some types say it themselves: « Chaussures enfant ».
    name = kind if not gender or gender in kind.lower() else f"{kind} {gender}"
    lot = f", lot de {item.pieces}" if item.pieces > 1 else ""
    return f"{name}{lot}" + (f" – {item.description}" if item.description else "")


def category_label(book: Rulebook, item: Item) -> str:
    """The category's label; a key that today's rulebook lacks is shown as it is."""
    return next((each.label for each in book.categories if each.key == item.category), item.category)


def colour_of(book: Rulebook, number: int | None) -> tuple[str, str]:
    """Hex and name of a list number's range; white where there is none."""
    try:
        numbers = book.range_of(number or 0)
    except DomainError:
        return _WHITE, "Sans couleur"
    return numbers.colour_hex, numbers.colour_name
