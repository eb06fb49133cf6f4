"""Turns plain data (JSON, YAML) into frozen dataclasses and back, saying in French where data is wrong.

A dataclass field is described by its type and by a `Named` annotation. Known types: str, int, bool, time
("HH:MM"), StrEnum, another dataclass, a tuple of one of these, and any of them or None.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import time
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from app.core.errors import DomainError

T = TypeVar("T")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Named:
    """A field's French name and bounds: `low`..`high` for a number or the length of a tuple, `longest`
    and `pattern` for a text."""

    french: str
    low: int = 0
    high: int = 10_000
    longest: int = 200
    pattern: str | None = None


@dataclass(frozen=True)
class Place:
    """Where one is in the data: French words for the sentence, keys for the form field."""

    words: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def into(self, word: str, key: str) -> "Place":
        return Place((*self.words, word), (*self.keys, key))

    def error(self, sentence: str) -> DomainError:
        where = " › ".join(self.words) or "Règlement"
        return DomainError(f"{where} : {sentence}", field=".".join(self.keys) or None)


def read_dataclass(cls: type[T], data: object, place: Place | None = None) -> T:
    """Build `cls` from a mapping; unknown, missing or wrong fields raise DomainError with their path."""
    at = place or Place()
    if not isinstance(data, Mapping):
        raise at.error("un bloc de champs est attendu.")
    known = _fields_of(cls)  # type: ignore[arg-type]
    unknown = sorted(str(key) for key in data if key not in known)
    if unknown:
        raise at.error(f"le champ « {unknown[0]} » n’existe pas, retirez-le.")
    values = {}
    for name, (hint, named, required) in known.items():
        if name in data:
            values[name] = _read(hint, named, data[name], at.into(named.french, name))
        elif required:
            raise at.into(named.french, name).error("ce champ manque, indiquez-le.")
    return cls(**values)


def write_dataclass(value: Any) -> Any:
    """The JSON-able form of a dataclass, the reverse of `read_dataclass`."""
    kind: type = type(value)
    if kind in (str, int, bool):
        return value
    if is_dataclass(value):
        return {name: write_dataclass(getattr(value, name)) for name in _names_of(kind)}
    if isinstance(value, tuple):
        return [write_dataclass(each) for each in value]
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value) if isinstance(value, StrEnum) else value


@cache
def _names_of(cls: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls))


@cache
def _fields_of(cls: type) -> dict[str, tuple[Any, Named, bool]]:
    """Each field's type, its `Named`, and whether it must be given."""
    hints = get_type_hints(cls, include_extras=True)
    return {f.name: (*_unwrap(hints[f.name]), f.default is MISSING) for f in fields(cls)}


def _unwrap(hint: Any) -> tuple[Any, Named]:
    base, named = get_args(hint)
    while get_origin(base) is Annotated:
        base = get_args(base)[0]
    return base, named


def _read(hint: Any, named: Named, data: object, at: Place) -> Any:
    if get_origin(hint) in (Union, UnionType):
        inner = next(each for each in get_args(hint) if each is not type(None))
        return None if data is None else _read(inner, named, data, at)
    if get_origin(hint) is tuple:
        return _read_tuple(get_args(hint)[0], named, data, at)
    if is_dataclass(hint):
        return read_dataclass(hint, data, at)  # type: ignore[arg-type]
    if hint is bool:
        if not isinstance(data, bool):
            raise at.error("répondez par oui ou non (true ou false).")
        return data
    if hint is int:
        return _read_int(named, data, at)
    if hint is time:
        if not isinstance(data, str) or not _HOUR.fullmatch(data):
            raise at.error("indiquez une heure comme « 09:30 ».")
        return time.fromisoformat(data)
    if issubclass(hint, StrEnum):
        if data not in list(hint):
            raise at.error(f"choisissez parmi {', '.join(hint)}.")
        return hint(data)
    return _read_text(named, data, at)


def _read_int(named: Named, data: object, at: Place) -> int:
    if isinstance(data, bool) or not isinstance(data, int) or not named.low <= data <= named.high:
        raise at.error(f"indiquez un nombre entier entre {named.low} et {named.high}.")
    return data


def _read_text(named: Named, data: object, at: Place) -> str:
    if not isinstance(data, str) or not data.strip():
        raise at.error("indiquez un texte.")
    text = data.strip()
    if len(text) > named.longest:
        raise at.error(f"raccourcissez à {named.longest} caractères.")
    if named.pattern and not re.fullmatch(named.pattern, text):
        raise at.error(f"« {text} » n’a pas la forme attendue.")
    return text


def _read_tuple(inner: Any, named: Named, data: object, at: Place) -> tuple[Any, ...]:
    if not isinstance(data, (list, tuple)) or not named.low <= len(data) <= named.high:
        raise at.error(f"une suite de {named.low} à {named.high} éléments est attendue.")
    return tuple(
        _read(inner, Named(named.french), each, at.into(_element_word(each, number), str(number - 1)))
        for number, each in enumerate(data, start=1)
    )


def _element_word(element: object, number: int) -> str:
    label = element.get("label") if isinstance(element, Mapping) else None
    return str(label) if label and str(label).strip() else f"n° {number}"
