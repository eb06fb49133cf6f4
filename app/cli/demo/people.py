"""Made-up people of the demonstration; any likeness is chance."""

from dataclasses import dataclass
from random import Random

FIRST_NAMES = (
    "Adèle Agathe Alban Alix Amandine Anaïs Antonin Apolline Aristide Armelle Aurèle Basile Bastien Bérénice "
    "Bertille Blaise Blandine Brice Calixte Camille Capucine Célestin Chloé Clarisse Clément Clovis Coline Corentin "
    "Daphné Delphine Édith Éléonore Élian Éloi Émilien Estelle Étienne Eugénie Fabien Faustine Félicie Firmin Flavie "
    "Florian Gaspard Gauthier Ghislaine Gladys Honorine Hortense Inès Irène Isaure Joachim Joséphine Judith Justine "
    "Léandre Léonie Léopold Ludivine Madeleine Maëlys Manon Marceline Marius Mathurin Maxence Mélusine Mireille "
    "Nathanaël Nicodème Noémie Octave Odette Ombeline Ophélie Oscar Pacôme Pénélope Perrine Philémon Quitterie Raphaël "
    "Réjane Rosalie Salomé Sidonie Solène Sophie Suzanne Sylvain Tancrède Théodore Tiphaine Ulysse Valentine Victoire "
    "Violette Virgile Yseult Zélie Zoé"
).split()
LAST_NAMES = (
    "Abrivard Ancelin Arbogast Aubertin Barbereau Bassinet Beaulande Bellanger Blanchemain Boisjoli Bonnefontaine "
    "Bordenave Boutefeu Brindamour Cadenet Capdeville Castelbon Chantemerle Clairefontaine Courtecuisse Dardenne "
    "Delarivière Desbruyères Dufresnoy Escoubas Espinasse Fauvergue Florentin Fontanille Galibert Garrigou Gatelier "
    "Grandvallet Guéridel Hautefeuille Jolibois Labarthète Lacoustille Lanternier Larroumets Lavergnolle Lespinat "
    "Malaterre Marsoulan Merlebois Mirepoix Montlaur Moulinier Nougarède Olivarès Pastourel Perceneige Peyrelongue "
    "Piquemalet Pontarlier Pradelles Puyméras Quercadou Rabastens Ribeaupré Roquelaine Rossignard Sabatéry Saintrailles "
    "Sauveplane Serrelongue Soubirane Taillefert Tournefeuillet Trémoulet Valcabrère Vergnolles Vidalou Villefranque"
).split()
STREETS = ("rue des Tilleuls", "chemin du Moulin", "impasse des Glycines", "allée du Parc", "rue de l'Église")
TOWNS = (("31830", "Plaisance-du-Touch"), ("31170", "Tournefeuille"), ("31770", "Colomiers"), ("32600", "Pujaudran"))


@dataclass(frozen=True)
class Person:
    first_name: str
    last_name: str
    email: str
    phone: str
    address: str
    postcode: str
    city: str


def make_people(count: int, random: Random) -> list[Person]:
    """`count` different people; the first half live in Plaisance more often than not."""
    return [_person(number, random) for number in range(count)]


def _person(number: int, random: Random) -> Person:
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    postcode, city = random.choices(TOWNS, weights=(6, 2, 1, 1))[0]
    return Person(
        first_name=first,
        last_name=last,
        email=f"deposant{number + 1:03d}@demo.example.org",
        phone=f"+336{random.randrange(10**8):08d}",
        address=f"{random.randrange(1, 120)} {random.choice(STREETS)}",
        postcode=postcode,
        city=city,
    )
