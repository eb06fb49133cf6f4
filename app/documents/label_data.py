"""What the label documents are drawn from."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LabelItem:
    """One item, one label. `code`: ten digits; `position` of `count` in its list, the line of the code.

    Empty texts are left out.
    """

    code: str
    list_number: int
    position: int
    count: int
    price_cents: int
    title: str
    category: str
    size: str = ""
    brand: str = ""
    colour: str = ""
    donate: bool = False


@dataclass(frozen=True, slots=True)
class LabelList:
    """A list and the colour of its range (`#rrggbb`)."""

    number: int
    colour_hex: str
    title: str
    items: tuple[LabelItem, ...]


@dataclass(frozen=True, slots=True)
class LabelDepositor:
    """Somebody's lists; the name is on the separator and the list, never on a label."""

    name: str
    slot: str
    lists: tuple[LabelList, ...]

    @property
    def item_count(self) -> int:
        return sum(len(one.items) for one in self.lists)


@dataclass(frozen=True, slots=True)
class LabelCover:
    """The first page: how many depositors, lists and items follow, and who asked for them when (UTC)."""

    edition_name: str
    scope: str
    depositors: int
    lists: int
    items: int
    generated_by: str
    generated_at: datetime
