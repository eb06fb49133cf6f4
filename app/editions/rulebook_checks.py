"""What must hold between the parts of a rulebook, checked when it is read."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from app.core.errors import DomainError
from app.editions.rulebook_parts import DayHours, KindRule, NumberPolicy, PriceRule

if TYPE_CHECKING:
    from app.editions.rulebook import Rulebook

LINES_PER_NUMBER = 99
"""Two digits of the label code hold the line, so one list number has at most 99 lines."""


def check_rulebook(book: "Rulebook") -> None:
    """Raise DomainError, with a French sentence naming the faulty part, at the first contradiction."""
    _check_prices(book.price)
    _check_item_types(book)
    _check_kinds(book)
    _check_ranges(book)
    _check_references(book)
    _check_hours(book)


def _check_prices(price: PriceRule) -> None:
    if price.min_cents > price.max_cents:
        raise DomainError("Prix : le minimum dépasse le maximum.", "price.min_cents")
    for name, cents in (("minimum", price.min_cents), ("maximum", price.max_cents)):
        if cents % price.step_cents:
            raise DomainError(f"Prix : le {name} n’est pas un multiple du pas.", "price.step_cents")


def _check_item_types(book: "Rulebook") -> None:
    _unique("Catégories", "categories", (each.key for each in book.categories))
    _unique("Catégories › types", "categories", (each.key for each in book.item_types))
    for kind in book.item_types:
        where = f"Catégories › {kind.label}"
        ceiling = kind.max_price_cents
        if ceiling is not None and (ceiling < book.price.min_cents or ceiling % book.price.step_cents):
            raise DomainError(f"{where} : le prix maximum ne suit pas le minimum et le pas.", "categories")
        for hint in (kind.adult_hint, kind.child_hint):
            if hint and hint.low_cents > hint.high_cents:
                raise DomainError(f"{where} : le prix conseillé bas dépasse le haut.", "categories")


def _check_kinds(book: "Rulebook") -> None:
    _unique("Types de liste", "kinds", (each.key for each in book.kinds))
    if book.list.max_clothes > book.list.max_items:
        raise DomainError("Liste : plus de vêtements que d’articles.", "list.max_clothes")
    if book.list.min_items_to_validate > book.list.max_items:
        raise DomainError("Liste : le minimum dépasse le maximum.", "list.min_items_to_validate")
    for kind in book.kinds:
        where = f"Types de liste › {kind.label}"
        lines = book.list.max_items * (kind.max_lists if kind.shares_number else 1)
        if lines > LINES_PER_NUMBER:
            raise DomainError(
                f"{where} : {kind.max_lists} listes de {book.list.max_items} articles font {lines} lignes "
                f"sous un même numéro, {LINES_PER_NUMBER} au plus. Réduisez l’un ou l’autre.",
                "kinds",
            )
        if (kind.number_policy is NumberPolicy.FROM_MEMBER) != (kind.number_offset is not None):
            raise DomainError(
                f"{where} : l’écart de numéro va avec « from_member », et avec lui seul.", "kinds"
            )


def _check_ranges(book: "Rulebook") -> None:
    ordered = sorted(book.ranges, key=lambda each: each.first)
    for each in ordered:
        if each.first > each.last:
            raise DomainError(f"Numéros › {each.first} : le premier dépasse le dernier.", "ranges")
    for before, after in pairwise(ordered):
        if after.first <= before.last:
            raise DomainError(
                f"Numéros : les plages {before.first}–{before.last} et {after.first}–{after.last} "
                "se chevauchent.",
                "ranges",
            )
    for kind in book.kinds:
        if not any(each.kind == kind.key for each in book.ranges):
            raise DomainError(f"Numéros : aucune plage pour « {kind.label} ».", "ranges")
        if kind.number_policy is NumberPolicy.FROM_MEMBER:
            _check_member_offset(book, kind)


def _check_member_offset(book: "Rulebook", kind: KindRule) -> None:
    members = [each for each in book.kinds if each.number_policy is NumberPolicy.FOR_LIFE]
    if len(members) != 1:
        raise DomainError(
            f"Types de liste › {kind.label} : il faut un, et un seul, type à numéro fixe.", "kinds"
        )
    own = [each for each in book.ranges if each.kind == kind.key]
    for member in (each for each in book.ranges if each.kind == members[0].key):
        first, last = (member.first + (kind.number_offset or 0), member.last + (kind.number_offset or 0))
        if not any(each.first <= first and last <= each.last for each in own):
            raise DomainError(f"Numéros › {kind.label} : la plage {first}–{last} manque.", "ranges")


def _check_references(book: "Rulebook") -> None:
    kinds = {each.key for each in book.kinds}
    types = {each.key for each in book.item_types}
    categories = {each.key for each in book.categories}
    _unique("Genres", "genders", (each.key for each in book.genders))
    _unique("Limites", "limits", (each.key for each in book.limits))
    _unique("Créneaux", "slots", (each.label for each in book.slots))
    _unique("Tarifs", "tariffs", (each.label for each in book.tariffs))
    _known("Numéros", "ranges", (each.kind for each in book.ranges), kinds)
    _known("Tarifs", "tariffs", (each.kind for each in book.tariffs), kinds)
    _known("Créneaux", "slots", (key for each in book.slots for key in each.kinds), kinds)
    _known("Limites", "limits", (key for each in book.limits for key in each.types), types)
    for group in book.refused:
        named = [*group.not_in, *(key for good in group.goods for key in good.only_in)]
        _known(f"Articles refusés › {group.label}", "refused", named, categories)


def _check_hours(book: "Rulebook") -> None:
    for where, hours in _all_hours(book):
        if hours.starts is not None and hours.starts >= hours.ends:
            raise DomainError(f"{where} : l’heure de fin doit suivre l’heure de début.")


def _all_hours(book: "Rulebook") -> Iterator[tuple[str, DayHours]]:
    yield from ((f"Créneaux › {each.label}", each.hours) for each in book.slots)
    yield from ((f"Périodes de vente › {each.label}", each.hours) for each in book.sale_periods)
    yield from ((f"Restitution › {each.label}", each.restitution) for each in book.kinds)


def _unique(where: str, field: str, keys: Iterable[str]) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            raise DomainError(f"{where} : « {key} » figure {times} fois.", field)


def _known(where: str, field: str, keys: Iterable[str], known: set[str]) -> None:
    for key in keys:
        if key not in known:
            raise DomainError(f"{where} : « {key} » n’existe pas.", field)
