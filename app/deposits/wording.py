"""Lists and items in the words people read: titles, details, names of lists."""

from dataclasses import dataclass

from app.deposits.models import Item, ItemList
from app.editions.models import ListKind
from app.editions.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class ItemWords:
    """`title`: `Pantalon fille, 8 ans, lot de 2`; `details`: `Petit Nuage, bleu – toile`; labels of type and
    category; `label_title`: `Pantalon fille, lot de 2 – toile`, for the rest has its own place on a label."""

    title: str
    details: str
    type: str
    category: str
    label_title: str

    @property
    def full(self) -> str:
        """Title and details, where an item has one line: `Pantalon fille, 8 ans – Petit Nuage, bleu`."""
        return " – ".join(filter(None, (self.title, self.details)))


def item_words(book: Rulebook, item: Item) -> ItemWords:
    """How an item is called, everywhere; keys that today's rulebook lacks are shown as they are."""
    category = next((each.label for each in book.categories if each.key == item.category), item.category)
    kind = _type_label(book, item.type)
    lot = f"lot de {item.pieces}" if item.pieces > 1 else ""
    name = item_name(book, item.type, item.gender)
    facts = ", ".join(filter(None, (item.brand, item.colour)))
    return ItemWords(
        title=", ".join(filter(None, (name, item.size, lot))),
        details=" – ".join(filter(None, (facts, item.description))),
        type=kind,
        category=category,
        label_title=" – ".join(filter(None, (", ".join(filter(None, (name, lot))), item.description))),
    )


def item_name(book: Rulebook, type_key: str, gender_key: str) -> str:
    """What it is and for whom: `Pantalon fille`. Some types say it themselves: « Chaussures enfant »."""
    kind = _type_label(book, type_key)
    wearer = next((each.label.lower() for each in book.genders if each.key == gender_key), "")
    return kind if not wearer or wearer in kind.lower() else f"{kind} {wearer}"


def _type_label(book: Rulebook, key: str) -> str:
    return next((each.label for each in book.item_types if each.key == key), key)


def list_name(item_list: ItemList) -> str:
    """`Liste 245`; lists that share a number say their rank: `Liste 1012 – n° 2`."""
    if item_list.number is None:
        return f"Liste famille n° {item_list.rank}"
    shared = item_list.registration.list_kind is not ListKind.STANDARD
    return f"Liste {item_list.number} – n° {item_list.rank}" if shared else f"Liste {item_list.number}"


def list_colour(book: Rulebook, item_list: ItemList) -> tuple[str, str]:
    """Colour of the labels of a list: hex and name; grey while the number is not known."""
    if item_list.number is None:
        return "#9AA3B0", "Couleur à venir"
    numbers = book.range_of(item_list.number)
    return numbers.colour_hex, numbers.colour_name
