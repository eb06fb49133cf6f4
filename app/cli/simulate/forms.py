"""Forms as pages show them, and what a browser would send of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Values = Mapping[str, str | bool | Sequence[str]]


class NotOnPage(LookupError):
    """The page lacks a form, a field, a choice or a link that the simulation needs."""


@dataclass
class Field:
    """An input; `choices` of a select or of radio buttons, None for free text. `value` as shown."""

    name: str
    kind: str
    value: str
    checked: bool = False
    choices: list[str] | None = None


@dataclass
class Button:
    text: str
    name: str = ""
    value: str = ""
    action: str = ""


@dataclass
class Form:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    def filled(self, values: Values, button: Button | None = None) -> list[tuple[str, str]]:
        """What a browser would send: fields as shown, but for `values`; a tick is True or False.

        Raises NotOnPage for a field that is not there, or a choice that is not offered.
        """
        for name, value in values.items():
            named = [each for each in self.fields if each.name == name]
            if not named:
                raise NotOnPage(f"le champ « {name} » n’est pas dans le formulaire {self.action}")
            if named[0].kind == "radio" and value not in [each.value for each in named]:
                raise NotOnPage(f"« {value} » n’est pas un choix de « {name} »")
        sent: list[tuple[str, str]] = []
        for each in self.fields:
            sent += [(each.name, value) for value in _values_of(each, values)]
        if button and button.name:
            sent.append((button.name, button.value))
        return sent

    def button(self, text: str) -> Button:
        for each in self.buttons:
            if text in each.text:
                return each
        raise NotOnPage(f"le bouton « {text} » n’est pas dans le formulaire {self.action}")


def _values_of(each: Field, values: Values) -> list[str]:
    if each.kind in ("checkbox", "radio"):
        wanted = values.get(each.name)
        if wanted is None:
            return [each.value] if each.checked else []
        if isinstance(wanted, bool):
            return [each.value] if wanted else []
        chosen = [wanted] if isinstance(wanted, str) else wanted
        return [each.value] if each.value in chosen else []
    if each.name not in values:
        return [each.value]
    wanted = values[each.name]
    assert isinstance(wanted, str)
    if each.choices is not None and wanted not in each.choices:
        raise NotOnPage(f"« {wanted} » n’est pas un choix de « {each.name} »")
    return [wanted]
