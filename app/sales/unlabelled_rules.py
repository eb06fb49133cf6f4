"""Which item something sold without a label may have been. Pure."""

from app.core.errors import DomainError
from app.deposits.models import ItemState

# Never brought to the hall: nobody can have taken it to a till.
NOT_BROUGHT_IN = (ItemState.DRAFT, ItemState.DECLARED)


class NotBroughtIn(DomainError):
    """A line was to be given an item that no deposit brought."""

    def __init__(self) -> None:
        super().__init__("Cet article n’est pas passé au dépôt. Terminez d’abord le dépôt de sa liste.")


class LineTakenBack(DomainError):
    """The line was voided meanwhile: there is nothing to pay anybody for."""

    def __init__(self) -> None:
        super().__init__("Cette ligne a été annulée entre-temps : le client a été remboursé.")


def check_assignable(state: ItemState) -> None:
    """Money is a fact, whatever became of the item; but it must have been there. Raises NotBroughtIn."""
    if state in NOT_BROUGHT_IN:
        raise NotBroughtIn
