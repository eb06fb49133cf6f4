"""How items are searched, and the reason one is withdrawn for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.core.errors import DomainError
from app.core.money import parse_euros
from app.deposits.models import ITEM_STATE_LABELS, ItemState
from app.deposits.queries.items import ItemFilter
from app.web.forms import Form

STATE_CHOICES = [("", "Tous"), *((state.value, label) for state, label in ITEM_STATE_LABELS.items())]
FIELDS = ("q", "state", "category", "size", "colour", "price")


class WithdrawalForm(Form):
    reason = StringField("Raison", [DataRequired("Dites pourquoi."), Length(max=200)])


@dataclass(frozen=True)
class ItemSearch:
    """What the address says: as typed (`address`), understood (`wanted`), and what was not (`refusal`)."""

    address: dict[str, Any]
    wanted: ItemFilter
    refusal: str | None

    @classmethod
    def of_address(cls, args: Mapping[str, str]) -> "ItemSearch":
        """A price is exact (`4,50`) or a range (`4-6`); one that is neither is told, and not used."""
        typed = {name: args.get(name, "").strip()[:100] for name in FIELDS}
        refusal: str | None = None
        low = high = None
        try:
            low, high = _prices(typed["price"])
        except DomainError:
            refusal = "Le prix n’a pas été compris : tapez 4,50 ou, pour une fourchette, 4-6."
        state = typed["state"]
        wanted = ItemFilter(
            text=typed["q"],
            state=ItemState(state) if state in set(ItemState) else None,
            category=typed["category"],
            size=typed["size"],
            colour=typed["colour"],
            price_from=low,
            price_to=high,
        )
        return cls({name: value for name, value in typed.items() if value}, wanted, refusal)


def _prices(text: str) -> tuple[int | None, int | None]:
    if not text:
        return None, None
    low, dash, high = text.partition("-")
    return parse_euros(low), parse_euros(high if dash else low)
