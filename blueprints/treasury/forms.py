"""Forms of the treasury."""

from typing import Any

from flask import request
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.core.errors import DomainError
from app.payouts.models import PAYOUT_METHOD_LABELS, PayoutMethod
from app.web.forms import Form


class NothingChosen(DomainError):
    """A form of several payouts came without any: that never means all of them."""

    def __init__(self) -> None:
        super().__init__(
            "Aucun déposant n’est coché : cochez ceux que vous voulez dans la liste, puis recommencez."
        )


def chosen_ids() -> list[int] | None:
    """The registrations ticked (`ids`); None for all of them, which only `all=1` says; else NothingChosen."""
    ids = request.form.getlist("ids", type=int)
    if not ids and ("ids" in request.form or request.form.get("all") != "1"):
        raise NothingChosen
    return ids or None


class PaymentForm(Form):
    """How a payout was handed over; the number only for a cheque."""

    method = RadioField(
        "Moyen de paiement",
        choices={method.value: PAYOUT_METHOD_LABELS[method] for method in PayoutMethod},
        validators=[InputRequired("Choisissez comment le déposant est payé.")],
    )
    cheque_number = StringField(
        "Numéro du chèque", [Optional(), Length(max=20, message="Vingt caractères au plus.")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Shown only for a cheque, and then required: the rules judge it (`check_cheque_number`).
        self.cheque_number.flags.required = True


class AdjustmentForm(Form):
    direction = RadioField(
        "La correction",
        choices={"plus": "ajoute au reversement", "moins": "retire du reversement"},
        default="plus",
        validators=[InputRequired()],
    )
    amount = StringField("Montant", [DataRequired("Indiquez un montant, par exemple 2,50.")])
    reason = StringField(
        "Raison",
        [DataRequired("Dites pourquoi : le déposant le lira sur son bordereau."), Length(max=200)],
    )


class UndoForm(Form):
    reason = TextAreaField(
        "Pourquoi annuler ce paiement ?",
        [DataRequired("Dites pourquoi le paiement est annulé."), Length(max=200)],
    )
