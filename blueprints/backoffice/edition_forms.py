"""Forms of editions and of their settings. Times are typed as on a clock in France."""

from datetime import date, datetime, time

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    FileField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from app.core.clock import utcnow
from app.core.dates import from_paris, to_paris
from app.core.errors import DomainError
from app.editions.models import LIST_KIND_LABELS, ListKind, PeriodKind, PickupTime, SalePeriod, Slot
from app.editions.rules import check_still_to_come
from app.web.forms import Form
from blueprints.backoffice.number_fields import PercentField

REQUIRED = "Remplissez ce champ."
WHOLE = "Indiquez un nombre entier, par exemple 20."
DAY = "Indiquez une date, par exemple 21/11/2026."
HOUR = "Indiquez une heure, par exemple 09:30."


class IdentityForm(Form):
    name = StringField("Nom", [DataRequired(REQUIRED), Length(max=80)])
    number = IntegerField(
        "Numéro à deux chiffres",
        [
            InputRequired("Indiquez un nombre de 1 à 99."),
            NumberRange(1, 99, "Indiquez un nombre de 1 à 99."),
        ],
        description="Il commence le code de chaque étiquette.",
    )
    place = StringField("Lieu", [Length(max=120)], description="Il le faut pour ouvrir les inscriptions.")
    description = TextAreaField("Description", [Length(max=2000)])


class NewEditionForm(IdentityForm):
    sale_day = DateField(
        "Jour de la vente",
        [InputRequired(DAY)],
        description="Le samedi, d’ordinaire. Créneaux, ventes et retraits de la semaine en découlent.",
    )
    tills = IntegerField("Caisses", [InputRequired(WHOLE), NumberRange(1, 8, "De 1 à 8 caisses.")], default=5)
    copy_from = SelectField("Règlement de départ", coerce=int, default=0)

    def validate_sale_day(self, field: DateField) -> None:
        if field.data is None:
            return
        try:
            check_still_to_come(field.data, None, to_paris(utcnow()).date(), field.name)
        except DomainError as refusal:
            raise ValidationError(refusal.message) from refusal


class ConfirmedForm(Form):
    """A change that depositors must hear of: asked for when there are any."""

    confirmed = BooleanField("Je confirme ce changement ; les déposants en sont prévenus par e-mail")


class DatesForm(ConfirmedForm, IdentityForm):
    deadline = DateTimeLocalField("Date limite de déclaration", [InputRequired(DAY)])


class MoveForm(ConfirmedForm):
    first_day = DateField("Nouveau premier jour de vente", [InputRequired(DAY)])


class HoursForm(ConfirmedForm):
    """A day and two hours; `moments` gives them in UTC."""

    day = DateField("Jour", [InputRequired(DAY)])
    starts_at = TimeField("Début", [InputRequired(HOUR)])
    ends_at = TimeField("Fin", [InputRequired(HOUR)])

    def moments(self) -> tuple[datetime, datetime]:
        day, start, end = self.day.data or date.min, self.starts_at.data, self.ends_at.data
        return (
            from_paris(datetime.combine(day, start or time.min)),
            from_paris(datetime.combine(day, end or time.min)),
        )

    def show(self, row: Slot | SalePeriod | PickupTime | None, likely: datetime) -> None:
        """What is stored; for something new, only the day it is `likely` on."""
        self.day.data = to_paris(row.starts_at if row else likely).date()
        self.starts_at.data = to_paris(row.starts_at).time() if row else None
        self.ends_at.data = to_paris(row.ends_at).time() if row else None


class SlotForm(HoursForm):
    """One that begins with the day is said « jusqu’à » its end: in its own form its beginning is empty, and
    may stay so."""

    label = StringField(
        "Nom",
        [DataRequired(REQUIRED), Length(max=80)],
        description="Comme dans l’export Billetweb, par exemple « Mercredi 14h-18h ».",
    )
    capacity = IntegerField(
        "Places",
        [Optional(), NumberRange(0, 1000, "Indiquez un nombre de 0 à 1000.")],
        description="Laissez vide pour un créneau sans limite.",
    )
    residents_only = BooleanField("Réservé aux habitants de la commune")
    members_only = BooleanField("Réservé aux listes 1000 et 2000")

    def __init__(self, obj: Slot | None = None) -> None:
        super().__init__(obj=obj)
        if obj and to_paris(obj.starts_at).time() == time.min:
            self.starts_at.validators, self.starts_at.flags.required = [Optional()], False
            self.starts_at.description = "Vide : on vient quand on veut jusqu’à l’heure de fin."

    def show(self, row: Slot | SalePeriod | PickupTime | None, likely: datetime) -> None:
        super().show(row, likely)
        if self.starts_at.data == time.min:
            self.starts_at.data = None


class PeriodForm(HoursForm):
    label = StringField("Nom", [DataRequired(REQUIRED), Length(max=80)])
    kind = SelectField(
        "Vente",
        choices={PeriodKind.PUBLIC.value: "Publique", PeriodKind.PRIVATE.value: "Privée (écoles)"},
    )


class PickupForm(HoursForm):
    kind = SelectField("Listes", choices={kind.value: LIST_KIND_LABELS[kind] for kind in ListKind})


class TillsForm(Form):
    count = IntegerField("Caisses", [InputRequired(WHOLE), NumberRange(1, 8, "De 1 à 8 caisses.")])
    commission = PercentField("Commission", [InputRequired("Indiquez un taux, par exemple 20.")])


class RulebookFileForm(Form):
    file = FileField("Fichier YAML ou JSON", [InputRequired("Choisissez un fichier.")])
