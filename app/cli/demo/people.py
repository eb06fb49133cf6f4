"""Made-up people of the demonstration; any likeness is chance."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

FIRST_NAMES, LAST_NAMES = (
    block.split() for block in Path(__file__).with_name("names.txt").read_text().split("\n\n")
)
STREETS = ("rue des Tilleuls", "chemin du Moulin", "impasse des Glycines", "allée du Parc", "rue de l’Église")
TOWNS = (
    ("31830", "Plaisance-du-Touch"),
    ("31170", "Tournefeuille"),
    ("31770", "Colomiers"),
    ("32600", "Pujaudran"),
)


@dataclass(frozen=True)
class Person:
    first_name: str
    last_name: str
    email: str
    phone: str
    address: str
    postcode: str
    city: str


def make_people(count: int, random: Random, prefix: str = "deposant") -> list[Person]:
    """`count` people besides the depositor a visitor signs in as; most live in Plaisance.

    Their e-mail addresses begin with `prefix`.
    """
    return [_person(number, random, prefix) for number in range(2, count + 2)]


def _person(number: int, random: Random, prefix: str) -> Person:
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    postcode, city = random.choices(TOWNS, weights=(6, 2, 1, 1))[0]
    return Person(
        first_name=first,
        last_name=last,
        email=f"{prefix}{number:03d}@demo.example.org",
        phone=f"+336{random.randrange(10**8):08d}",
        address=f"{random.randrange(1, 120)} {random.choice(STREETS)}",
        postcode=postcode,
        city=city,
    )
