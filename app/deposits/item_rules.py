"""What makes one item acceptable. Pure: everything comes from the rulebook and the item's facts."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.errors import DomainError
from app.core.money import format_euros
from app.editions.refused_goods import Wearer, find_refusal
from app.editions.rulebook import Audience, Category, Gender, ItemType, Rulebook


@dataclass(frozen=True)
class ItemFacts:
    """An item as declared. Category, type and gender are rulebook keys, the price is in cents.

    `pieces` is 1 except for a lot; `max_age_months` is the age the pieces of a lot fit up to.
    """

    category: str
    type: str
    gender: str
    size: str
    brand: str
    colour: str
    description: str
    price_cents: int
    pieces: int
    max_age_months: int | None
    conforms: bool
    donate_if_unsold: bool


@dataclass(frozen=True)
class Problem:
    """One thing to correct: the form field (None for the whole) and a French sentence."""

    field: str | None
    message: str


class ItemRefused(DomainError):
    """The item breaks the rulebook; carries the first problem's field and all `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].message, problems[0].field)
        self.problems = problems


def check_item(book: Rulebook, facts: ItemFacts) -> None:
    """Raise ItemRefused unless the item follows every rule."""
    problems = item_problems(book, facts)
    if problems:
        raise ItemRefused(problems)


def item_problems(book: Rulebook, facts: ItemFacts) -> list[Problem]:
    """Everything wrong with an item at once, in the order of the form; empty when it is acceptable."""
    category, kind = _category(book, facts), _type(book, facts)
    found = list(_choice_problems(book, facts, category, kind))
    found += _identity_problems(book, facts, kind)
    found += _refusal_problems(book, facts, kind)
    found += _price_problems(book, facts, kind)
    found += _lot_problems(book, facts, kind)
    if not facts.conforms:
        found.append(Problem("conforms", "Cochez la case : l’article est propre, complet et en bon état."))
    return found


def _category(book: Rulebook, facts: ItemFacts) -> Category | None:
    return next((each for each in book.categories if each.key == facts.category), None)


def _type(book: Rulebook, facts: ItemFacts) -> ItemType | None:
    return next((each for each in book.item_types if each.key == facts.type), None)


def _gender(book: Rulebook, key: str) -> Gender | None:
    return next((each for each in book.genders if each.key == key), None)


def _audience(book: Rulebook, gender_key: str) -> Audience | None:
    gender = _gender(book, gender_key)
    return gender.audience if gender else None


def _choice_problems(
    book: Rulebook, facts: ItemFacts, category: Category | None, kind: ItemType | None
) -> Iterator[Problem]:
    if category is None:
        yield Problem("category", "Choisissez une catégorie de la liste.")
    if kind is None:
        typed = find_refusal(book, facts.type, facts.category)
        yield Problem("type", typed.sentence if typed else "Choisissez un type d’article de la liste.")
        return
    if category is not None and kind not in category.types:
        yield Problem("type", f"« {kind.label} » n’est pas dans la catégorie « {category.label} ».")
    if not facts.gender and kind.asks_gender:
        yield Problem("gender", "Indiquez pour qui est l’article.")
    elif facts.gender and _gender(book, facts.gender) is None:
        yield Problem("gender", "Choisissez pour qui est l’article dans la liste.")
    elif facts.gender and kind.audience and _audience(book, facts.gender) is not kind.audience:
        whom = "pour enfant" if kind.audience is Audience.CHILD else "pour adulte"
        yield Problem("gender", f"« {kind.label} » n’est accepté que {whom}.")


def _identity_problems(book: Rulebook, facts: ItemFacts, kind: ItemType | None) -> Iterator[Problem]:
    if kind and kind.asks_size and not facts.size.strip():
        yield Problem("size", "Indiquez la taille ou la pointure.")
    if kind and kind.max_size and Wearer(size=facts.size).size_above(kind.max_size):
        yield Problem("size", f"« {kind.label} » : taille {kind.max_size} au plus.")
    rule = book.list
    for field, text, longest in (
        ("size", facts.size, rule.max_size_chars),
        ("brand", facts.brand, rule.max_brand_chars),
        ("colour", facts.colour, rule.max_colour_chars),
        ("description", facts.description, rule.max_description_chars),
    ):
        if len(text) > longest:
            yield Problem(field, f"Raccourcissez à {longest} caractères.")
    if kind and kind.asks_description and not facts.description.strip():
        yield Problem(
            "description", "Décrivez l’article en quelques mots, pour le reconnaître sans étiquette."
        )


def _refusal_problems(book: Rulebook, facts: ItemFacts, kind: ItemType | None) -> Iterator[Problem]:
    wearer = Wearer(_audience(book, facts.gender), facts.size, facts.max_age_months)
    label = kind.label if kind else ""
    refusal = find_refusal(book, facts.description, facts.category, label, wearer)
    if refusal:
        yield Problem("description", refusal.sentence)
        return
    # Some goods are refused by type and wearer alone: adult pyjamas have nothing to say in their description.
    refusal = find_refusal(book, label, facts.category, "", wearer) if label else None
    if refusal:
        yield Problem("type", refusal.sentence)


def _price_problems(book: Rulebook, facts: ItemFacts, kind: ItemType | None) -> Iterator[Problem]:
    price = book.price
    most = price.max_cents if kind is None or kind.max_price_cents is None else kind.max_price_cents
    if facts.price_cents < price.min_cents:
        yield Problem("price_cents", f"Le prix est d’au moins {format_euros(price.min_cents)}.")
    elif facts.price_cents > most:
        yield Problem("price_cents", f"Le prix est d’au plus {format_euros(most)}.")
    elif facts.price_cents % price.step_cents:
        yield Problem("price_cents", f"Choisissez un prix par pas de {format_euros(price.step_cents)}.")


def _lot_problems(book: Rulebook, facts: ItemFacts, kind: ItemType | None) -> Iterator[Problem]:
    """A lot counts as one item: same size and brand, so both must be known, and small children only."""
    if facts.pieces == 1:
        return
    lot = book.lot
    if facts.pieces < 1:
        yield Problem("pieces", "Indiquez le nombre de pièces, au moins 1.")
    elif kind is not None and not kind.lot_allowed:
        yield Problem("pieces", f"« {kind.label} » se déclare à la pièce : mettez 1.")
    elif facts.pieces > lot.max_pieces:
        yield Problem("pieces", f"Un lot compte {lot.max_pieces} pièces au plus.")
    else:
        yield from _lot_identity_problems(facts, lot.max_age_months)


def _lot_identity_problems(facts: ItemFacts, oldest: int) -> Iterator[Problem]:
    if facts.max_age_months is None:
        yield Problem("max_age_months", f"Indiquez l’âge des pièces du lot, jusqu’à {oldest} mois.")
    elif facts.max_age_months > oldest or Wearer(size=facts.size).months_above(oldest):
        yield Problem("max_age_months", f"Les lots s’arrêtent à {oldest} mois : déclarez à la pièce.")
    if not facts.brand.strip():
        yield Problem("brand", "Indiquez la marque, la même pour toutes les pièces du lot.")
    if not facts.size.strip():
        yield Problem("size", "Indiquez la taille, la même pour toutes les pièces du lot.")
