"""Made-up items of the demonstration, drawn from the rulebook's own categories, sizes and prices."""

from dataclasses import dataclass
from random import Random

from app.editions.rulebook import Audience, ItemType, Rulebook

BRANDS = ("Petit Nuage", "Marelle", "Cabriole", "Galipette", "Trois Pommes", "Fil & Plume", "Ronron", "")
COLOURS = (
    "bleu",
    "rouge",
    "vert",
    "jaune",
    "blanc",
    "gris",
    "rose",
    "marine",
    "beige",
    "violet",
    "multicolore",
)
CHILD_SIZES = (
    "6 mois",
    "12 mois",
    "18 mois",
    "2 ans",
    "3 ans",
    "4 ans",
    "6 ans",
    "8 ans",
    "10 ans",
    "12 ans",
)
ADULT_SIZES = ("S", "M", "L", "38", "40", "42")
SHOE_SIZES = ("19", "20", "21", "22", "23", "24", "25")
DETAILS = (
    "très bon état",
    "comme neuf",
    "à peine porté",
    "bon état",
    "un petit défaut au dos",
    "coton doux",
    "doublé",
    "avec ses accessoires",
    "complet",
    "dans sa boîte",
)


@dataclass(frozen=True)
class Good:
    category: str
    type: str
    gender: str
    size: str
    brand: str
    colour: str
    description: str
    price_cents: int
    donate_if_unsold: bool


def make_list_goods(book: Rulebook, random: Random, count: int) -> list[Good]:
    """`count` items one list may hold: half clothes, limited types once, in the order of the categories."""
    clothes_limit = min(book.list.max_clothes, count // 2 + 2)
    limited = {key for limit in book.limits for key in limit.types}
    order = {category.key: index for index, category in enumerate(book.categories)}
    goods: list[Good] = []
    clothes = 0
    while len(goods) < count:
        category = random.choices(book.categories, weights=[10, 2, 2, 6, 4, 1, 1][: len(book.categories)])[0]
        kind = random.choice(category.types)
        if kind.key in limited or (category.is_clothing and clothes >= clothes_limit):
            continue
        clothes += category.is_clothing
        goods.append(_good(book, category.key, kind, random))
    return sorted(goods, key=lambda good: order[good.category])


def _good(book: Rulebook, category: str, kind: ItemType, random: Random) -> Good:
    gender = _gender(book, kind, random) if kind.asks_gender else ""
    adult = gender in {each.key for each in book.genders if each.audience is Audience.ADULT}
    hint = (kind.adult_hint if adult else kind.child_hint) or kind.child_hint or kind.adult_hint
    low, high = (hint.low_cents, hint.high_cents) if hint else (100, 1500)
    step = book.price.step_cents
    price = max(book.price.min_cents, random.randrange(low, high + 1) // step * step)
    colour = random.choice(COLOURS)
    return Good(
        category=category,
        type=kind.key,
        gender=gender,
        size=_size(category, kind, adult, random),
        brand=random.choice(BRANDS),
        colour=colour,
        description=f"{kind.label} {colour}, {random.choice(DETAILS)}"[: book.list.max_description_chars],
        price_cents=price,
        donate_if_unsold=random.random() < 0.15,
    )


def _gender(book: Rulebook, kind: ItemType, random: Random) -> str:
    fitting = [each for each in book.genders if kind.audience is None or each.audience is kind.audience]
    return random.choice(fitting).key


def _size(category: str, kind: ItemType, adult: bool, random: Random) -> str:
    if not kind.asks_size:
        return ""
    if category == "shoes":
        return random.choice(SHOE_SIZES)
    return random.choice(ADULT_SIZES if adult else CHILD_SIZES)
