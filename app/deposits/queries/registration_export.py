"""The manager's list of registrations as a table to take away."""

from collections.abc import Iterator

from app.deposits.models import ListState
from app.deposits.queries.registration_list import RegistrationLine

EXPORT_HEADER = (
    "Nom",
    "Prénom",
    "E-mail",
    "Téléphone",
    "Code postal",
    "Type",
    "Créneau",
    "Numéros",
    "Articles",
    "Listes validées",
    "Compte activé",
    "Déposé",
    "Commande",
)


def export_rows(lines: list[RegistrationLine]) -> Iterator[tuple[str | int | bool | None, ...]]:
    """Cells under EXPORT_HEADER."""
    for line in lines:
        yield (
            line.last_name,
            line.first_name,
            line.email,
            line.phone,
            line.postcode,
            line.kind.value,
            line.slot,
            ", ".join(str(each.number) for each in line.lists if each.number is not None),
            sum(each.items for each in line.lists),
            sum(each.state is ListState.VALIDATED for each in line.lists),
            line.activated,
            line.checked_in,
            line.order_reference,
        )
