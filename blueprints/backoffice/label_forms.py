"""What is wrong with a label, what was done, and the spare label put in its place."""

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.labels.models import OUTCOME_LABELS, TROUBLE_LABELS, LabelOutcome, LabelTrouble
from app.web.forms import Form

_TROUBLES = {trouble.value: label for trouble, label in TROUBLE_LABELS.items()}
# Found by search at a till, it is counted by itself.
_OUTCOMES = {"": "Rien encore", **{outcome.value: label for outcome, label in OUTCOME_LABELS.items()}}


class SpareForm(Form):
    """The spare label first, then the item it is put on: both scanned, or typed as one reads them."""

    spare = StringField(
        "Étiquette de réserve", [DataRequired("Scannez l’étiquette de réserve."), Length(max=40)]
    )
    item = StringField("Article", [DataRequired("Scannez l’article, ou tapez son numéro."), Length(max=40)])


class ItemSpareForm(Form):
    """The spare label put on the item of the page."""

    spare = StringField(
        "Étiquette de réserve", [DataRequired("Scannez l’étiquette de réserve."), Length(max=40)]
    )
    trouble = SelectField("L’étiquette d’origine", choices=_TROUBLES)

    @property
    def cause(self) -> LabelTrouble:
        return LabelTrouble(self.trouble.data)


class IncidentForm(Form):
    trouble = SelectField("L’étiquette", choices=_TROUBLES)
    outcome = SelectField("Ce qui a été fait", choices=_OUTCOMES)

    @property
    def cause(self) -> LabelTrouble:
        return LabelTrouble(self.trouble.data)

    @property
    def done(self) -> LabelOutcome | None:
        return LabelOutcome(self.outcome.data) if self.outcome.data else None


class SheetsForm(Form):
    sheets = IntegerField("Planches de douze", [InputRequired("De 1 à 20 planches à la fois.")], default=1)
