"""Forms about registrations and invitations."""

from wtforms import FileField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from app.editions.models import LIST_KIND_LABELS, ListKind, Slot
from app.web.forms import Form
from blueprints.backoffice.number_fields import PhoneField

KIND_CHOICES = {kind.value: LIST_KIND_LABELS[kind] for kind in ListKind}


class InvitationForm(Form):
    email = StringField("Adresse e-mail", [DataRequired("Écrivez une adresse e-mail."), Length(max=254)])
    last_name = StringField("Nom", [DataRequired("Écrivez le nom."), Length(max=80)])
    first_name = StringField("Prénom", [DataRequired("Écrivez le prénom."), Length(max=80)])
    phone = PhoneField("Téléphone")
    postcode = StringField("Code postal", [Optional(), Regexp(r"\s*\d{5}\s*$", message="Cinq chiffres.")])
    kind = SelectField("Type de liste", choices=KIND_CHOICES)
    slot = SelectField("Créneau de dépôt", coerce=int)
    comment = StringField("Commentaire", [Length(max=300)])


class InvitationFileForm(Form):
    file = FileField("Fichier CSV", [InputRequired("Choisissez un fichier.")])


class UploadForm(Form):
    file = FileField("Export Billetweb", [InputRequired("Choisissez un fichier.")])


class SlotChoiceForm(Form):
    slot = SelectField("Créneau", coerce=int)


class SponsorForm(Form):
    sponsor = SelectField("Adhérent", coerce=int)


class UnlockForm(Form):
    """One per list of the page: `for_list` tells their fields apart."""

    reason = StringField("Raison", [DataRequired("Indiquez pourquoi la liste est rouverte.")])

    def for_list(self, list_id: int) -> "UnlockForm":
        self.reason.id = self.reason.label.field_id = f"reason-{list_id}"
        return self


class NumberForm(Form):
    number = IntegerField(
        "Numéro d’adhérent",
        [InputRequired("Indiquez un numéro."), NumberRange(1, 9999, "Indiquez un numéro de 1 à 9999.")],
    )


def slot_choices(slots: list[Slot], taken: dict[int, int], none: str = "À convenir") -> dict[int, str]:
    """Slots with the places left; a full one stays in the list, refused with its reason when chosen."""
    return {0: none, **{slot.id: f"{slot.label}{_places(slot, taken.get(slot.id, 0))}" for slot in slots}}


def _places(slot: Slot, taken: int) -> str:
    if slot.capacity is None:
        return ""
    left = max(0, slot.capacity - taken)
    return " – complet" if not left else f" – {left} place{'s' if left > 1 else ''}"
