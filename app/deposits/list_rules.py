"""What a list holds, its order, its lines and what it costs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.core.errors import DomainError
from app.deposits.item_rules import ItemFacts, Problem, item_problems
from app.editions.rulebook import Rulebook


class Counted(Protocol):
    """What counting and ordering need of an item: rulebook keys."""

    @property
    def category(self) -> str: ...

    @property
    def type(self) -> str: ...


C = TypeVar("C", bound=Counted)


@dataclass(frozen=True)
class Usage:
    """How much of a limit is used: 8/12."""

    key: str
    label: str
    used: int
    limit: int

    @property
    def is_full(self) -> bool:
        return self.used >= self.limit

    @property
    def is_over(self) -> bool:
        return self.used > self.limit


@dataclass(frozen=True)
class ListUsage:
    """All the limits of a list: items, clothes, and one for each limited group of types."""

    items: Usage
    clothes: Usage
    limited: tuple[Usage, ...]

    @property
    def all(self) -> tuple[Usage, ...]:
        return (self.items, self.clothes, *self.limited)


class ListLimitReached(DomainError):
    """One more item of this sort does not fit in the list."""


def list_usage(book: Rulebook, items: Sequence[Counted]) -> ListUsage:
    """Count the items of one list against every limit."""
    clothing = {each.key for each in book.categories if each.is_clothing}
    clothes = sum(item.category in clothing for item in items)
    return ListUsage(
        Usage("items", "Articles", len(items), book.list.max_items),
        Usage("clothes", "Vêtements", clothes, book.list.max_clothes),
        tuple(
            Usage(each.key, each.label, sum(item.type in each.types for item in items), each.max_items)
            for each in book.limits
        ),
    )


def check_list_accepts(book: Rulebook, existing: Sequence[Counted], new: Counted) -> None:
    """Raise ListLimitReached when adding `new` passes a limit it counts in.

    When an item is edited, `existing` is the list without it.
    """
    before, after = list_usage(book, existing), list_usage(book, [*existing, new])
    for was, now in zip(before.all, after.all, strict=True):
        if now.is_over and now.used > was.used:
            raise ListLimitReached(_full_sentence(now), None if now.key == "items" else "type")


def list_problems(book: Rulebook, items: Sequence[ItemFacts]) -> list[Problem]:
    """What keeps a list from being validated; item problems have the field `items.<index>.<field>`."""
    found = []
    if len(items) < book.list.min_items_to_validate:
        found.append(Problem(None, _too_few_sentence(book.list.min_items_to_validate)))
    found += [Problem(None, _over_sentence(each)) for each in list_usage(book, items).all if each.is_over]
    labels = {each.key: each.label for each in book.item_types}
    for index, item in enumerate(items):
        name = f"Article {index + 1} ({labels.get(item.type, 'type à choisir')})"
        found += [
            Problem(f"items.{index}.{each.field}", f"{name} : {each.message}")
            for each in item_problems(book, item)
        ]
    return found


def order_items(book: Rulebook, items: Sequence[C]) -> list[C]:
    """Items in the order of the rulebook's categories, keeping the depositor's order inside each;
    unknown categories come last."""
    rank = {each.key: position for position, each in enumerate(book.categories)}
    return sorted(items, key=lambda item: rank.get(item.category, len(rank)))


def line_number(book: Rulebook, kind: str, rank: int, position: int) -> int:
    """The line (1..99) of the label code for the item at `position` (1..N) of the list of `rank` (1..).

    Kinds whose lists share one number go on from list to list; the others start again at 1.
    """
    rules = book.kind(kind)
    if not 1 <= position <= book.list.max_items:
        raise ValueError(f"position {position} outside 1..{book.list.max_items}")
    if not 1 <= rank <= rules.max_lists:
        raise ValueError(f"rank {rank} outside 1..{rules.max_lists}")
    return (rank - 1) * book.list.max_items + position if rules.shares_number else position


def list_fee_cents(book: Rulebook, kind: str, lists: int) -> int:
    """The fee taken from the payout for this many lists, in cents: due for each started group of lists.

    What was paid when registering (`registration_fee_cents`) is outside the payout and not counted here.
    """
    if lists < 0:
        raise ValueError("a number of lists is not negative")
    rules = book.kind(kind)
    groups = -(-lists // rules.payout_fee_per_lists)
    return groups * rules.payout_fee_cents


def _full_sentence(usage: Usage) -> str:
    if usage.key == "items":
        return f"La liste est complète : {usage.limit} articles au plus. Retirez-en un pour le remplacer."
    return f"{usage.label} : {usage.limit} au plus par liste, la place est prise."


def _over_sentence(usage: Usage) -> str:
    return f"{usage.label} : {usage.used} pour {usage.limit} au plus, retirez-en {usage.used - usage.limit}."


def _too_few_sentence(least: int) -> str:
    return "Ajoutez au moins un article." if least == 1 else f"Ajoutez des articles : {least} au moins."
