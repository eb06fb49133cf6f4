"""Items in rows: of the page, and of the export."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.core.codes import format_code
from app.deposits.models import ITEM_STATE_LABELS
from app.deposits.queries.items import FoundItem
from app.deposits.wording import item_words
from app.documents.tables import Cell, euros_cell
from app.editions.rulebook import Rulebook
from app.labels.wording import colour_of
from app.web.filters import item_tone

HEADER = (
    "Code",
    "Liste",
    "Article",
    "Déposant",
    "Catégorie",
    "Type",
    "Désignation",
    "Taille",
    "Marque",
    "Couleur",
    "Description",
    "Prix",
    "État",
    "Raison",
    "État depuis",
    "Don si invendu",
)
WIDTHS = (13, 7, 7, 24, 16, 18, 30, 12, 18, 14, 40, 9, 18, 24, 17, 9)


@dataclass(frozen=True)
class ItemRow:
    """A line of the table."""

    id: int
    short: str
    code: str
    colour: tuple[str, str]
    title: str
    details: str
    seller: str
    price_cents: int
    state: str
    tone: str


def show_items(book: Rulebook, found: Iterable[FoundItem]) -> list[ItemRow]:
    return [_show(book, one) for one in found]


def export_rows(book: Rulebook, found: Iterable[FoundItem]) -> Iterator[tuple[Cell, ...]]:
    """One row an item, in the order of HEADER."""
    for one in found:
        item, words = one.item, item_words(book, one.item)
        yield (
            item.code,
            one.number,
            item.line,
            one.seller,
            words.category,
            words.type,
            words.title,
            item.size,
            item.brand,
            item.colour,
            item.description,
            euros_cell(item.price_cents),
            ITEM_STATE_LABELS[item.state],
            item.state_reason,
            item.state_changed_at,
            item.donate_if_unsold,
        )


def _show(book: Rulebook, one: FoundItem) -> ItemRow:
    item, words = one.item, item_words(book, one.item)
    return ItemRow(
        id=item.id,
        short=one.short or str(one.number or "sans numéro"),
        code=format_code(item.code) if item.code else "",
        colour=colour_of(book, one.number),
        title=words.title,
        details=words.details,
        seller=one.seller,
        price_cents=item.price_cents,
        state=ITEM_STATE_LABELS[item.state],
        tone=item_tone(item.state),
    )
