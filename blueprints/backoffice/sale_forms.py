"""How sales are looked for, and what is typed to take one back or to settle one paid twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.core.dates import date_long
from app.core.errors import DomainError
from app.core.money import parse_euros
from app.editions.models import Edition, Till
from app.sales.models import PAYMENT_LABELS, PaymentMethod
from app.sales.queries import Drawer, SaleFilter, SaleMark, sale_days
from app.sales.refund_rules import RefundWay
from app.sales.services.voids import RefundWish
from app.web.forms import Form
from blueprints.backoffice.number_fields import MoneyField

FIELDS = ("q", "till", "day", "hour", "amount", "state")
MARK_LABELS = {
    SaleMark.ACTIVE: "Valable",
    SaleMark.VOID: "Annulé",
    SaleMark.CONFLICT: "Vendu deux fois",
    SaleMark.TO_IDENTIFY: "À identifier",
}
WAY_LABELS = {
    RefundWay.AS_PAID: "Comme il a été payé",
    RefundWay.CASH: "Tout en espèces",
    RefundWay.SPLIT: "Autrement",
}
HOURS = range(8, 23)


@dataclass(frozen=True)
class SaleSearch:
    """What the address says: as typed (`address`), understood (`wanted`), and what was not (`refusal`)."""

    address: dict[str, Any]
    wanted: SaleFilter
    refusal: str | None

    @classmethod
    def of_address(cls, args: Mapping[str, str]) -> "SaleSearch":
        """An amount is exact (`4,50`) or a range (`4-6`); one that is neither is told, and not used."""
        typed = {name: args.get(name, "").strip()[:100] for name in FIELDS}
        refusal = low = high = None
        try:
            low, high = _amounts(typed["amount"])
        except DomainError:
            refusal = "Le montant n’a pas été compris : tapez 4,50 ou, pour une fourchette, 4-6."
        mark = typed["state"]
        wanted = SaleFilter(
            text=typed["q"],
            till_id=_number(typed["till"]),
            day=_day(typed["day"]),
            hour=_hour(typed["hour"]),
            cents_from=low,
            cents_to=high,
            mark=SaleMark(mark) if mark in set(SaleMark) else None,
        )
        return cls({name: value for name, value in typed.items() if value}, wanted, refusal)


def search_choices(edition: Edition, tills: Sequence[Till]) -> dict[str, list[tuple[Any, str]]]:
    """What each select of the search offers."""
    return {
        "till": [("", "Toutes"), *((till.id, till.name) for till in tills)],
        "day": [("", "Tous"), *((day.isoformat(), date_long(day)) for day in sale_days(edition))],
        "hour": [("", "Toutes"), *((hour, f"{hour} h à {hour + 1} h") for hour in HOURS)],
        "state": [("", "Tous"), *((mark.value, label) for mark, label in MARK_LABELS.items())],
    }


def _amounts(text: str) -> tuple[int | None, int | None]:
    if not text:
        return None, None
    low, dash, high = text.partition("-")
    return parse_euros(low), parse_euros(high if dash else low)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hour(text: str) -> int | None:
    hour = _number(text)
    return hour if hour is not None and hour < 24 else None


class RefundForm(Form):
    """Whose drawer gives the money back, and how; sums only when it is neither as paid nor all in cash."""

    # Whether any till is open: without one no money can be given back.
    has_drawer = False
    session_id = SelectField("Quelle caisse rend l’argent ?")
    way = RadioField(
        "Comment rendre l’argent ?",
        choices={way.value: label for way, label in WAY_LABELS.items()},
        default=RefundWay.AS_PAID.value,
        validators=[InputRequired()],
    )
    cash = MoneyField("Espèces")
    card = MoneyField("Carte")
    cheque = MoneyField("Chèque")

    def offer(self, drawers: Sequence[Drawer], till_id: int) -> None:
        """The open tills; that of the sale is chosen already, another one has to be chosen by hand."""
        choices = {str(each.session_id): f"{each.till}, {each.volunteer}" for each in drawers}
        own = next((str(each.session_id) for each in drawers if each.till_id == till_id), "")
        self.session_id.choices = choices if own else {"": "Choisissez…", **choices}
        if self.session_id.data is None:
            self.session_id.data = own
        self.has_drawer = bool(drawers)

    def wish(self) -> RefundWish:
        """The form must be valid. No drawer chosen is the drawer of no session: the service refuses it."""
        typed = {method: self[method.value].data or 0 for method in PaymentMethod}
        return RefundWish(_number(self.session_id.data) or 0, RefundWay(self.way.data), typed)

    @property
    def sums(self) -> list[Any]:
        return [self[method.value] for method in PAYMENT_LABELS]


class SaleVoidForm(RefundForm):
    lines = SelectMultipleField(
        "Articles que le client rend", coerce=int, validators=[InputRequired("Cochez au moins un article.")]
    )
    reason = StringField("Raison", [DataRequired("Dites pourquoi."), Length(max=200)])


class ConflictRefundForm(RefundForm):
    note = StringField("Note", [Length(max=200, message="200 caractères au plus.")])


class UnclaimedForm(Form):
    note = StringField(
        "Ce qui a été fait",
        [DataRequired("Dites ce qui a été fait pour retrouver le client."), Length(max=200)],
    )
