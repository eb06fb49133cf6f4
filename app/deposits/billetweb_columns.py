"""The columns of a Billetweb export, found by their titles."""

import unicodedata
from collections.abc import Sequence

REQUIRED = ("Séance", "Tarif", "Nom", "Prénom", "Email", "Payé", "Valide")
OPTIONAL = (
    "Commande",
    "Billet",
    "Téléphone",
    "Adresse",
    "Code postal",
    "Ville",
    "Commentaire",
    "Remboursé",
    "Événement",
)
_OTHER_TITLES = {
    "adressemail": "Email",
    "adresseemail": "Email",
    "courriel": "Email",
    "mail": "Email",
    "tel": "Téléphone",
    "portable": "Téléphone",
    "cp": "Code postal",
}


def fold(text: str) -> str:
    """Letters and digits only, without accents or capitals: `Code  Postal` → `codepostal`."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in parts if each.isalnum())


_BY_TITLE = {fold(name): name for name in (*REQUIRED, *OPTIONAL)} | _OTHER_TITLES


def find_header(cells: Sequence[str]) -> dict[str, int]:
    """Useful column name → position, the leftmost when a title comes twice; others are left out."""
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        name = _BY_TITLE.get(fold(cell[:100]))
        if name and name not in found:
            found[name] = position
    return found


def missing_columns(found: dict[str, int]) -> list[str]:
    """Required columns that are not there."""
    return [name for name in REQUIRED if name not in found]
