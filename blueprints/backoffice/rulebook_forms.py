"""The main numbers of a rulebook as a form; the rest goes through its file."""

from typing import Any

from wtforms import Field, FieldList, FormField, IntegerField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from app.core.errors import DomainError
from app.editions.models import LIST_KIND_LABELS, ListKind
from app.editions.rulebook import Rulebook
from app.web.forms import Form
from blueprints.backoffice.number_fields import MoneyField, PercentField

WHOLE = [InputRequired("Indiquez un nombre entier."), NumberRange(0, 100_000, "Indiquez un nombre positif.")]
KINDS = {kind.value: LIST_KIND_LABELS[kind] for kind in ListKind}


AMOUNT = [InputRequired("Indiquez un montant en euros.")]


class PriceForm(PlainForm):  # type: ignore[misc]
    min_cents = MoneyField("Prix minimum", AMOUNT)
    step_cents = MoneyField("Pas des prix", AMOUNT)
    max_cents = MoneyField("Prix maximum", AMOUNT)


class LimitsForm(PlainForm):  # type: ignore[misc]
    max_items = IntegerField("Articles par liste", WHOLE)
    max_clothes = IntegerField("Dont vêtements", WHOLE)
    min_items_to_validate = IntegerField("Articles pour valider", WHOLE)


class LotForm(PlainForm):  # type: ignore[misc]
    max_pieces = IntegerField("Pièces par lot", WHOLE)
    max_age_months = IntegerField("Âge maximum (mois)", WHOLE)


class KindForm(PlainForm):  # type: ignore[misc]
    max_lists_first = IntegerField("Listes la première fois", WHOLE)
    max_lists_then = IntegerField("Listes ensuite", WHOLE)
    registration_fee_cents = MoneyField("Payé à l’inscription", AMOUNT)
    payout_fee_cents = MoneyField("Retenu sur le reversement", AMOUNT)
    payout_fee_per_lists = IntegerField("Pour combien de listes", WHOLE)


class RangeForm(PlainForm):  # type: ignore[misc]
    first = IntegerField("Premier", WHOLE)
    last = IntegerField("Dernier", WHOLE)
    colour_hex = StringField("Couleur", [DataRequired("Choisissez une couleur."), Length(max=7)])
    colour_name = StringField("Nom de la couleur", [DataRequired("Nommez la couleur."), Length(max=40)])
    kind = SelectField("Listes", choices=KINDS)


class LimitForm(PlainForm):  # type: ignore[misc]
    max_items = IntegerField("Maximum par liste", WHOLE)


class RulebookForm(Form):
    commission_basis_points = PercentField("Commission", [InputRequired("Indiquez un taux.")])
    residents_postcode = StringField("Code postal des habitants", [DataRequired("Indiquez un code postal.")])
    price = FormField(PriceForm)
    list = FormField(LimitsForm)
    lot = FormField(LotForm)
    kinds = FieldList(FormField(KindForm))
    ranges = FieldList(FormField(RangeForm), max_entries=60)
    limits = FieldList(FormField(LimitForm))

    def name_limits(self, book: Rulebook) -> None:
        """Label each limit by what it limits."""
        for field, limit in zip(self.limits, book.limits, strict=False):
            field.max_items.label.text = limit.label

    def rulebook(self, book: Rulebook) -> Rulebook:
        """`book` with the numbers of this form; raises DomainError as `Rulebook.from_dict` does."""
        data = book.to_dict()
        data["commission_basis_points"] = self.commission_basis_points.data
        data["residents_postcode"] = self.residents_postcode.data
        for name in ("price", "list", "lot"):
            data[name].update(self[name].data)
        if len(self.kinds) != len(data["kinds"]) or len(self.limits) != len(data["limits"]):
            raise DomainError("Le règlement a changé entre-temps : rechargez la page.")
        for name in ("kinds", "limits"):
            for old, new in zip(data[name], self[name].data, strict=True):
                old.update(new)
        data["ranges"] = self.ranges.data
        return Rulebook.from_dict(data)


def refuse_rulebook(form: RulebookForm, refusal: DomainError) -> None:
    """Show a refusal above the form, and beside the number it is about (`ranges.2.last`)."""
    field: Any = form
    for part in (refusal.field or "").split("."):
        if isinstance(field, FieldList) and part.isdigit() and int(part) < len(field):
            field = field[int(part)]
        elif hasattr(field, "__contains__") and part in field:
            field = field[part]
        elif isinstance(field, FormField) and part in field.form:
            field = field.form[part]
        else:
            break
    message = refusal.message[0].upper() + refusal.message[1:]
    if isinstance(field, Field) and not isinstance(field, FieldList | FormField):
        field.errors = [*field.errors, message]
    form.form_errors = [*form.form_errors, message]
