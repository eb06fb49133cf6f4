"""What keeps the labels of a list from being printed, in the words of whoever must put it right. Pure."""

from dataclasses import dataclass

from app.editions.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class ListFacts:
    """A list as far as printing is concerned: how many items it has, and of them without code or price."""

    number: int | None
    validated: bool
    items: int
    without_code: int
    without_price: int


def printing_problems(book: Rulebook, facts: ListFacts) -> tuple[str, ...]:
    """Sentences, empty when every label of the list can be printed (1-product.md, Labels)."""
    if not facts.validated:
        return (f"Liste non validée ({_items(facts.items)}).",)
    found = []
    if facts.number is None:
        found.append("Numéro manquant : indiquez de quel adhérent dépend cette liste.")
    elif not any(each.first <= facts.number <= each.last for each in book.ranges):
        found.append(f"Le numéro {facts.number} n’est dans aucune plage de couleur du règlement.")
    if facts.without_code and facts.number is not None:
        found.append(
            f"{_items(facts.without_code)} sans code : rouvrez la liste et faites-la valider à nouveau."
        )
    if facts.without_price:
        found.append(f"{_items(facts.without_price)} sans prix : rouvrez la liste pour les compléter.")
    return tuple(found)


def _items(count: int) -> str:
    return f"{count} article{'s' if count > 1 else ''}"
