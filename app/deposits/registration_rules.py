"""Who may take which slot, and which list numbers they get. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from app.core.errors import DomainError
from app.editions.models import EditionState, ListKind, Slot
from app.editions.rulebook import KindRule, NumberPolicy, Rulebook

# « 4 lists for two people » (1-product.md, Lists): each of the two registers and gets half of them.
PEOPLE_PER_FAMILY_NUMBER = 2
ACCEPTING_STATES = frozenset({EditionState.OPEN, EditionState.FROZEN})


@dataclass(frozen=True)
class SlotFacts:
    """A slot as far as taking it is concerned; `capacity` None is without limit."""

    label: str
    capacity: int | None
    residents_only: bool
    members_only: bool


def slot_facts(slot: Slot) -> SlotFacts:
    return SlotFacts(slot.label, slot.capacity, slot.residents_only, slot.members_only)


def check_accepting(state: EditionState) -> None:
    """Raise DomainError unless the edition takes registrations."""
    if state is EditionState.DRAFT:
        raise DomainError("Ouvrez d’abord les inscriptions de cette édition.")
    if state not in ACCEPTING_STATES:
        raise DomainError("Cette édition ne prend plus d’inscriptions.")


def slot_refusal(
    slot: SlotFacts, kind: ListKind, postcode: str | None, taken: int, residents_postcode: str
) -> str | None:
    """Why a person may not take a slot, or None. `taken` counts the others who have it."""
    if slot.members_only and kind is ListKind.STANDARD:
        return f"Le créneau « {slot.label} » est réservé aux listes 1000 et 2000."
    if slot.residents_only and (postcode or "").strip() != residents_postcode:
        return f"Le créneau « {slot.label} » est réservé aux habitants du {residents_postcode}" + (
            f", et non du {postcode}." if postcode else " : indiquez le code postal."
        )
    if slot.capacity is not None and taken >= slot.capacity:
        return f"Le créneau « {slot.label} » est complet ({slot.capacity} places)."
    return None


def lists_to_give(kind: KindRule, *, first_time: bool) -> int:
    """How many lists a registration begins with (1-product.md, Lists and items)."""
    if kind.number_policy is NumberPolicy.FROM_MEMBER:
        return max(1, kind.max_lists_first // PEOPLE_PER_FAMILY_NUMBER)
    return kind.max_lists_first if first_time else kind.max_lists_then


def lowest_free_numbers(book: Rulebook, kind: str, used: Collection[int], count: int) -> list[int]:
    """The lowest free numbers in the ranges of a kind; DomainError when they run out."""
    found: list[int] = []
    for part in sorted((each for each in book.ranges if each.kind == kind), key=lambda each: each.first):
        for number in range(part.first, part.last + 1):
            if number not in used:
                found.append(number)
                if len(found) == count:
                    return found
    raise DomainError(
        f"Il ne reste plus assez de numéros pour « {book.kind(kind).label} » : "
        "ajoutez une plage de numéros au règlement de la prochaine édition."
    )


def free_ranks(kind: KindRule, number: int, taken: Collection[int], count: int) -> list[int]:
    """The next ranks of a shared number; DomainError beyond the lists one number may have."""
    ranks = [rank for rank in range(1, kind.max_lists + 1) if rank not in taken][:count]
    if len(ranks) < count:
        raise DomainError(
            f"Le numéro {number} a déjà {len(taken)} de ses {kind.max_lists} listes.", "sponsor"
        )
    return ranks
