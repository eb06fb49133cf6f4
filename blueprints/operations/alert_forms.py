"""Forms of the alerts, of their rules and of the on-call list."""

import re
from typing import Any

import wtforms
from wtforms import BooleanField, FloatField, FormField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from app.core.counts import figure
from app.monitoring.escalation import AVAILABILITY_LABELS, ROLE_LABELS, Level
from app.monitoring.models import AlertRule
from app.monitoring.readings import METRICS
from app.monitoring.rules import Operator
from app.monitoring.services.rules import RuleFacts
from app.web.forms import Form

DURATIONS = {
    "30": "30 minutes",
    "60": "1 heure",
    "120": "2 heures",
    "240": "4 heures",
    "480": "8 heures",
}
METRIC_CHOICES = {
    name: f"{known.label} ({known.unit})" if known.unit else known.label for name, known in METRICS.items()
}
# The digest is told at its hour, not on a condition: it is no choice here.
LEVEL_CHOICES = {"P1": "P1 · critique", "P2": "P2 · majeur", "P3": "P3 · mineur"}
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")


class FrenchFloat(FloatField):  # type: ignore[misc]
    """Takes `2,5` as well as `2.5`, `1 000 000` as well as `1000000`, and shows `30` rather than `30.0`."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else figure(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        text = "".join(valuelist[0].split()).replace(",", ".") if valuelist else ""
        self.data = None
        if text:
            if not NUMBER.fullmatch(text):
                raise ValueError("Écrivez un nombre, par exemple 30 ou 2,5.")
            self.data = float(text)


class SilenceForm(Form):
    minutes = SelectField("Durée", choices=DURATIONS)
    reason = StringField("Raison", [DataRequired("Indiquez la raison."), Length(max=200)])


class ContactForm(Form):
    role = RadioField(
        "Rôle",
        [InputRequired("Choisissez un rôle.")],
        choices={role.value: label for role, label in ROLE_LABELS.items()},
    )
    name = StringField("Nom", [DataRequired("Indiquez le nom."), Length(max=80)])
    phone = StringField("Téléphone mobile", [Optional(), Length(max=20)])
    email = StringField("Adresse e-mail", [Optional(), Length(max=254)])
    availability = RadioField(
        "Disponibilité",
        [InputRequired("Choisissez une disponibilité.")],
        choices={value.value: label for value, label in AVAILABILITY_LABELS.items()},
    )


class ConditionForm(wtforms.Form):  # type: ignore[misc]
    """One condition of a rule; bounds as the metric counts."""

    metric = SelectField("Mesure", choices=METRIC_CHOICES)
    op = SelectField(
        "Comparaison",
        choices={Operator.ABOVE.value: "au-dessus de", Operator.BELOW.value: "en dessous de"},
    )
    threshold = FrenchFloat("Seuil", [InputRequired("Indiquez le seuil.")])
    clear = FrenchFloat("Retour à la normale", [Optional()])
    window_minutes = FrenchFloat("Compté sur", [Optional(), NumberRange(0.5, 1440)])

    def as_data(self) -> dict[str, Any]:
        """As the rule keeps it: without what was left empty or does not apply."""
        data = {key: value for key, value in self.data.items() if value is not None}
        if not METRICS[data["metric"]].windowed:
            data.pop("window_minutes", None)
        return data


class SecondConditionForm(ConditionForm):
    """Left out when no metric is chosen."""

    metric = SelectField("Mesure", choices={"": "Pas de seconde condition", **METRIC_CHOICES})
    threshold = FrenchFloat("Seuil", [Optional()])

    def validate_metric(self, field: SelectField) -> None:
        if field.data and self.threshold.data is None and not self.threshold.process_errors:
            raise ValidationError("Indiquez le seuil de cette mesure.")


class RuleForm(Form):
    label = StringField("Nom", [DataRequired("Donnez un nom à la règle."), Length(max=80)])
    level = SelectField("Niveau", choices=LEVEL_CHOICES)
    message = StringField("Message", [DataRequired("Écrivez le message."), Length(max=200)])
    action = StringField("Ce qu’il faut faire", [Optional(), Length(max=200)])
    first = FormField(ConditionForm)
    second = FormField(SecondConditionForm)
    for_minutes = FrenchFloat("Pendant au moins", [Optional(), NumberRange(0, 1440)])
    clear_minutes = FrenchFloat("Fin après un retour à la normale de", [Optional(), NumberRange(0, 1440)])
    enabled = BooleanField("Règle active", default=True)

    @property
    def conditions(self) -> list[dict[str, Any]]:
        return [part.form.as_data() for part in (self.first, self.second) if part.form.metric.data]


def rule_as_form(rule: AlertRule) -> dict[str, Any]:
    """What the form shows of a rule."""
    conditions = [*rule.conditions, {}, {}]
    return {
        "label": rule.label,
        "level": rule.level.value,
        "message": rule.message,
        "action": rule.action,
        "first": conditions[0],
        "second": conditions[1],
        "for_minutes": rule.for_seconds / 60,
        "clear_minutes": rule.clear_seconds / 60,
        "enabled": rule.enabled,
    }


def facts_of(form: RuleForm) -> RuleFacts:
    """What was typed, once it is valid."""
    return RuleFacts(
        label=form.label.data or "",
        level=Level(form.level.data),
        conditions=form.conditions,
        for_seconds=round(60 * (form.for_minutes.data or 0)),
        clear_seconds=round(60 * (form.clear_minutes.data or 0)),
        message=form.message.data or "",
        action=form.action.data or "",
        enabled=bool(form.enabled.data),
    )
