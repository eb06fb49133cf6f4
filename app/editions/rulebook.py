"""The rulebook (règlement) of an edition: all the numbers and words the rules of the trade use."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any

import yaml

from app.core.errors import DomainError
from app.editions.rulebook_checks import check_rulebook
from app.editions.rulebook_parts import (
    Audience,
    Category,
    DayHours,
    Gender,
    ItemType,
    KindRule,
    ListRule,
    LotRule,
    NumberPolicy,
    NumberRange,
    PriceHint,
    PriceRule,
    RefusedGood,
    RefusedGroup,
    SalePeriodDefault,
    SlotDefault,
    Tariff,
    Terms,
    TypeLimit,
    Weekday,
)
from app.editions.rulebook_reading import Named, read_dataclass, write_dataclass

__all__ = [
    "Audience",
    "Category",
    "DayHours",
    "Gender",
    "ItemType",
    "KindRule",
    "ListRule",
    "LotRule",
    "NumberPolicy",
    "NumberRange",
    "PriceHint",
    "PriceRule",
    "RefusedGood",
    "RefusedGroup",
    "Rulebook",
    "SalePeriodDefault",
    "SlotDefault",
    "Tariff",
    "Terms",
    "TypeLimit",
    "Weekday",
    "default_rulebook",
]

DEFAULTS_FILE = Path(__file__).resolve().parents[2] / "config" / "rulebook.yaml"


@dataclass(frozen=True)
class Rulebook:
    """Immutable; build it with `from_dict`, which checks everything."""

    commission_basis_points: Annotated[int, Named("commission (points de base)", 0, 10_000)]
    residents_postcode: Annotated[str, Named("code postal des habitants", pattern=r"\d{5}")]
    price: Annotated[PriceRule, Named("prix")]
    list: Annotated[ListRule, Named("liste")]
    lot: Annotated[LotRule, Named("lot")]
    genders: Annotated[tuple[Gender, ...], Named("genres", 1, 20)]
    categories: Annotated[tuple[Category, ...], Named("catégories", 1, 20)]
    limits: Annotated[tuple[TypeLimit, ...], Named("limites", 0, 40)]
    refused: Annotated[tuple[RefusedGroup, ...], Named("articles refusés", 0, 20)]
    refused_ignored_after: Annotated[tuple[str, ...], Named("mots qui lèvent un refus", 0, 40)]
    kinds: Annotated[tuple[KindRule, ...], Named("types de liste", 1, 10)]
    ranges: Annotated[tuple[NumberRange, ...], Named("numéros", 1, 60)]
    slots: Annotated[tuple[SlotDefault, ...], Named("créneaux", 0, 60)]
    tariffs: Annotated[tuple[Tariff, ...], Named("tarifs", 0, 40)]
    sale_periods: Annotated[tuple[SalePeriodDefault, ...], Named("périodes de vente", 0, 20)]
    bring_on_deposit: Annotated[tuple[str, ...], Named("à apporter", 0, 20)]
    terms: Annotated[Terms, Named("conditions")]
    # What volunteers say most often when they hand an item back on deposit day.
    refusal_reasons: Annotated[tuple[str, ...], Named("raisons de refus au dépôt", 0, 20)] = ()

    @classmethod
    def from_dict(cls, data: object) -> "Rulebook":
        """Read and check a rulebook; DomainError with a French sentence that names the place."""
        book = read_dataclass(cls, data)
        check_rulebook(book)
        return book

    @classmethod
    def stored(cls, text: str) -> "Rulebook":
        """The rulebook an edition keeps, in JSON: read once, then remembered, for every page asks it."""
        return _read_once(text)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; `Rulebook.from_dict(book.to_dict()) == book`."""
        written: dict[str, Any] = write_dataclass(self)
        return written

    @cached_property
    def as_stored(self) -> str:
        """What an edition keeps, in JSON; `Rulebook.stored(book.as_stored) == book`."""
        return json.dumps(self.to_dict())

    @cached_property
    def item_types(self) -> tuple[ItemType, ...]:
        """All types, in the order of the categories."""
        return tuple(each for category in self.categories for each in category.types)

    def kind(self, key: str) -> KindRule:
        """The list kind of that key; DomainError on field `kind` when there is none."""
        for each in self.kinds:
            if each.key == key:
                return each
        raise DomainError("Choisissez un type de liste du règlement.", "kind")

    def range_of(self, list_number: int) -> NumberRange:
        """The range (colour, kind) a list number lies in; DomainError when it lies in none."""
        for each in self.ranges:
            if each.first <= list_number <= each.last:
                return each
        raise DomainError(f"Le numéro de liste {list_number} n’est dans aucune plage du règlement.", "number")

    def tariff_kinds(self) -> Mapping[str, str]:
        """Billetweb tariff label → list kind key."""
        return {each.label: each.kind for each in self.tariffs}


@lru_cache(maxsize=16)
def _read_once(text: str) -> Rulebook:
    return Rulebook.from_dict(json.loads(text))


@cache
def default_rulebook() -> Rulebook:
    """The association's usual rules, from `config/rulebook.yaml`."""
    return Rulebook.from_dict(yaml.load(DEFAULTS_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
