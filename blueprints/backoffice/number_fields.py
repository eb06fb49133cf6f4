"""Fields typed as people write numbers and kept in one form: cents, basis points, telephones."""

from wtforms import StringField

from app.core.errors import DomainError
from app.core.money import format_amount, parse_euros
from app.core.phones import display_phone, read_phone


class MoneyField(StringField):  # type: ignore[misc]
    """An amount typed in euros; `data` in cents."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_amount(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        try:
            self.data = parse_euros(valuelist[0])
        except DomainError as refusal:
            raise ValueError(refusal.message) from refusal


class PercentField(MoneyField):
    """A rate typed in percent (`20`, `12,5`); `data` in basis points (2000)."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text.replace("%", "") for text in valuelist])
        except ValueError as error:
            raise ValueError("Indiquez un taux en pour cent, par exemple 20 ou 12,5.") from error
        if valuelist and self.data is not None and self.data > 10_000:
            raise ValueError("Indiquez un taux entre 0 et 100.")


class PhoneField(StringField):  # type: ignore[misc]
    """A telephone number as people write it; `data` in E.164, empty without one."""

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else display_phone(self.data or "")

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = read_phone(valuelist[0].strip())
        if self.data is None:
            raise ValueError("Ce n’est pas un numéro de téléphone : écrivez-le comme 06 12 34 56 78.")
