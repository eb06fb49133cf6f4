"""Forms of opening and closing a till."""

from typing import Any

from wtforms import BooleanField, FileField, IntegerField, StringField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from app.core.errors import DomainError
from app.core.money import format_euros, parse_euros
from app.sales.services.sessions import Count
from app.web.forms import Form

MAX_PIECES = 9999
# Far above any float: what is beyond was not counted.
MAX_FLOAT_CENTS = 100_000
# Euro notes and coins in circulation, in cents.
NOTES = (50000, 20000, 10000, 5000, 2000, 1000, 500)
COINS = (200, 100, 50, 20, 10, 5, 2, 1)


class EuroField(StringField):  # type: ignore[misc]
    """An amount typed in euros; `cents` once it is valid. An empty one is 0."""

    @property
    def cents(self) -> int:
        return parse_euros(self.data) if (self.data or "").strip() else 0

    def pre_validate(self, form: Any) -> None:
        try:
            assert self.cents >= 0
        except DomainError as refusal:
            raise ValidationError(refusal.message) from refusal


class PieceField(IntegerField):  # type: ignore[misc]
    """How many of one note or coin; empty is none. One sentence whatever is wrong with it."""

    wrong = f"Un nombre entier, de 0 à {MAX_PIECES}."

    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(text.strip() for text in valuelist):
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(self.wrong) from error

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation


class OpenForm(Form):
    opening_float = EuroField(
        "Fonds de caisse compté", [InputRequired("Comptez le fonds de caisse et écrivez la somme, même 0.")]
    )

    def validate_opening_float(self, field: EuroField) -> None:
        """A label scanned into the field, or a zero too many: the float cannot be corrected afterwards."""
        if not field.errors and field.cents > MAX_FLOAT_CENTS:
            raise ValidationError(
                f"{format_euros(field.cents)}, c’est beaucoup pour un fonds de caisse : "
                f"{format_euros(MAX_FLOAT_CENTS)} au plus. Vérifiez la somme."
            )


class GiveUpForm(Form):
    reason = StringField(
        "Raison",
        [
            DataRequired("Dites pourquoi, en quelques mots."),
            Length(max=300, message="300 caractères au plus."),
        ],
    )


class JournalFileForm(Form):
    file = FileField("Fichier exporté par la caisse", [InputRequired("Choisissez un fichier.")])


class CloseForm(Form):
    """How many of each note and coin, the totals of the card terminal and of the cheques, and a reason.

    `empty`: the drawer holds neither note nor coin, asked when nothing was counted.
    """

    card = EuroField("Total des cartes", [InputRequired("Écrivez la somme, même 0.")])
    cheque = EuroField("Total des chèques", [InputRequired("Écrivez la somme, même 0.")])
    reason = StringField("Raison de l’écart", [Length(max=300, message="300 caractères au plus.")])
    empty = BooleanField("Le tiroir est vide, sans billet ni pièce")

    def validate_empty(self, field: BooleanField) -> None:
        """Forgetting to count is not counting zero."""
        typed = (text for piece in self.notes + self.coins for text in piece.raw_data or ())
        if not field.data and not any(text.strip() for text in typed):
            raise ValidationError("Rien n’est compté : la caisse est-elle vide ? Comptez, ou cochez la case.")

    @property
    def notes(self) -> list[IntegerField]:
        return [self[piece_name(value)] for value in NOTES]

    @property
    def coins(self) -> list[IntegerField]:
        return [self[piece_name(value)] for value in COINS]

    def count(self) -> Count:
        """What was counted; the form must be valid."""
        pieces = {value: self[piece_name(value)].data or 0 for value in NOTES + COINS}
        return Count({value: n for value, n in pieces.items() if n}, self.card.cents, self.cheque.cents)


def piece_name(value: int) -> str:
    return f"piece_{value}"


def piece_label(value: int) -> str:
    """`20 €`, `50 c`."""
    return f"{value // 100}\u00a0€" if value >= 100 else f"{value}\u00a0c"


for _value in NOTES + COINS:
    setattr(
        CloseForm,
        piece_name(_value),
        PieceField(piece_label(_value), [Optional(), NumberRange(0, MAX_PIECES, PieceField.wrong)]),
    )
