"""When goods may be brought in, and what must be verified before they are taken. Pure."""

import enum
import re
from dataclasses import dataclass
from datetime import datetime

from app.core.errors import DomainError
from app.editions.models import STATE_LABELS, EditionState

CHECK_IN_STATES = frozenset({EditionState.FROZEN, EditionState.SELLING})
# Room for a long signature: about 1,500 points.
MAX_SIGNATURE_CHARS = 20_000
_SVG_PATH = re.compile(r"M[ 0-9.ML]*")


class CheckInClosed(DomainError):
    """Goods are brought in once items are frozen, until the sale ends (1-product.md, Edition)."""

    def __init__(self, state: EditionState) -> None:
        if state in (EditionState.DRAFT, EditionState.OPEN):
            then = "Un gestionnaire doit d’abord geler les articles de l’édition."
        else:
            then = "Les articles ne peuvent plus entrer en vente."
        super().__init__(f"Le dépôt n’est pas ouvert (édition : {STATE_LABELS[state]}). {then}")


class CheckInIncomplete(DomainError):
    """Something to verify, name or sign is missing."""


class Punctuality(enum.StrEnum):
    """Where a person stands towards their slot."""

    NO_SLOT = "no_slot"
    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


@dataclass(frozen=True)
class Verified:
    """What the two volunteers declare. `signature_path`: an SVG path, empty when signed on paper."""

    identity_checked: bool
    envelope_checked: bool
    first_volunteer: str
    second_volunteer: str
    signature_path: str
    signed_on_paper: bool


def check_open(state: EditionState) -> None:
    """Raise CheckInClosed unless goods may be brought in."""
    if state not in CHECK_IN_STATES:
        raise CheckInClosed(state)


def punctuality(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> Punctuality:
    """Early before the slot, late after it; somebody late is taken all the same."""
    if starts_at is None or ends_at is None:
        return Punctuality.NO_SLOT
    if now < starts_at:
        return Punctuality.EARLY
    return Punctuality.LATE if now > ends_at else Punctuality.ON_TIME


def incomplete(said: Verified) -> list[CheckInIncomplete]:
    """All that is still missing, each on its field. The envelope may be missing; that is recorded."""
    first, second = said.first_volunteer.strip(), said.second_volunteer.strip()
    missing = []
    if not said.identity_checked:
        missing.append(
            CheckInIncomplete("Vérifiez la pièce d’identité, puis cochez la case.", "identity_checked")
        )
    if not first:
        missing.append(CheckInIncomplete("Indiquez le premier bénévole.", "first_volunteer"))
    if not second:
        missing.append(
            CheckInIncomplete("Un dépôt se fait à deux : indiquez le second bénévole.", "second_volunteer")
        )
    elif first.casefold() == second.casefold():
        missing.append(CheckInIncomplete("Indiquez deux bénévoles différents.", "second_volunteer"))
    if not said.signature_path and not said.signed_on_paper:
        missing.append(
            CheckInIncomplete(
                "Faites signer le déposant à l’écran, ou cochez « Signé sur papier ».", "signature_path"
            )
        )
    if said.signature_path and not is_signature(said.signature_path):
        missing.append(
            CheckInIncomplete(
                "La signature n’a pas été comprise : effacez-la et recommencez.", "signature_path"
            )
        )
    return missing


def check_verified(said: Verified) -> None:
    """Raise CheckInIncomplete on the first field to complete."""
    for missing in incomplete(said):
        raise missing


def is_signature(path: str) -> bool:
    """Whether it is an SVG path of straight lines, of a sensible length."""
    return len(path) <= MAX_SIGNATURE_CHARS and bool(_SVG_PATH.fullmatch(path))
