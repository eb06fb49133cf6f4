"""When a list may still be changed, and the sentence that says why it may not. Pure."""

from collections.abc import Iterable
from datetime import datetime

from app.core.dates import datetime_long
from app.core.errors import DomainError
from app.deposits.models import ItemState, LabelStatus, ListState
from app.editions.models import EditionState

BEFORE_DEPOSIT = frozenset({ItemState.DRAFT, ItemState.DECLARED, ItemState.WITHDRAWN})
HELP = "Pour une correction, adressez-vous à l’équipe de la bourse : elle peut rouvrir votre liste."


class ListReadOnly(DomainError):
    """The list is validated, or the time to declare is over (or not come yet)."""


class ListNotUnlockable(DomainError):
    """A manager cannot reopen this list any more, or it is open already."""


def why_read_only(
    list_state: ListState,
    edition_state: EditionState,
    deadline: datetime,
    now: datetime,
    *,
    unlocked: bool = False,
) -> str | None:
    """The sentence for the depositor, or None while the list may be changed (1-product.md, Lists).

    A list is open from the opening of the edition to its declaration deadline, until it is validated. One
    that a manager `unlocked` stays open past the deadline, as long as the sale has not begun.
    """
    if edition_state is EditionState.DRAFT:
        return "Les déclarations ne sont pas encore ouvertes. Un e-mail vous préviendra à l’ouverture."
    if edition_state in (EditionState.CLOSED, EditionState.ARCHIVED):
        return "Cette édition est clôturée : la liste se consulte, mais ne se modifie plus."
    if edition_state in (EditionState.SELLING, EditionState.SETTLING):
        return "La vente a commencé : la liste ne se modifie plus."
    if list_state is ListState.VALIDATED:
        return f"Votre liste est validée : elle ne se modifie plus. {HELP}"
    if unlocked:
        return None
    if now >= deadline:
        return f"Les déclarations sont closes depuis le {datetime_long(deadline)}. {HELP}"
    if edition_state is EditionState.FROZEN:
        return f"Les déclarations sont closes : les étiquettes se préparent. {HELP}"
    return None


def check_unlockable(
    edition_state: EditionState, item_states: Iterable[ItemState], *, editable: bool
) -> None:
    """Raise ListNotUnlockable unless the list is read-only, no item brought in and the sale not begun.

    A list that was validated is reopened, and one that was not when the declarations ended. `editable`: its
    depositor may change it already (`why_read_only`).
    """
    if edition_state not in (EditionState.OPEN, EditionState.FROZEN):
        raise ListNotUnlockable("La liste ne se rouvre qu’avant la vente.")
    if editable:
        raise ListNotUnlockable("Cette liste est ouverte : son déposant peut déjà la modifier.")
    if any(state not in BEFORE_DEPOSIT for state in item_states):
        raise ListNotUnlockable("Les articles de cette liste sont déjà déposés : elle ne se rouvre plus.")


def unlock_warning(status: LabelStatus) -> str | None:
    """What a manager must know before reopening a list whose labels exist; None when there are none."""
    if status is LabelStatus.NOT_GENERATED:
        return None
    return (
        "Les étiquettes de cette liste sont déjà faites. Les articles gardés conservent leur code ; après la "
        "nouvelle validation, réimprimez toute la liste et jetez les anciennes étiquettes."
    )
