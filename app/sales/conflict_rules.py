"""Items paid twice: why one sale keeps the item, and what the other may be given instead. Pure (RUN-003)."""

from datetime import datetime, timedelta

from app.core.errors import Conflict, DomainError
from app.deposits.models import ItemState
from app.sales.models import ConflictResolution, LineState
from app.sales.rules import VOID_WINDOW, Claim

# What a customer may have gone away with: in the hall, or thought to be there.
IN_THE_HALL = (ItemState.ON_SALE, ItemState.WITHDRAWN, ItemState.UNSOLD, ItemState.MISSING)


class ConflictIsOver(Conflict):
    """Somebody settled it meanwhile, or one of the two sales was taken back."""

    def __init__(self) -> None:
        super().__init__("Ce conflit est déjà réglé : rechargez la page pour voir comment.")


class NotTheItemSold(DomainError):
    """The item cannot be the one that was really sold."""

    def __init__(self, state: ItemState) -> None:
        reason = {
            ItemState.SOLD: "il est déjà vendu",
            ItemState.RETURNED: "il a été rendu à son déposant",
            ItemState.DONATED: "il a été donné",
        }.get(state, "il n’a pas été déposé")
        super().__init__(f"Ce n’est pas cet article : {reason}. Cherchez-en un autre.")


class NoteMissing(DomainError):
    def __init__(self) -> None:
        super().__init__("Dites ce qui a été fait pour retrouver le client, en quelques mots.", "note")


class StillAtItsTill(DomainError):
    """Its volunteer can still take the sale back at the till, which would give the money back twice."""

    def __init__(self, till_name: str) -> None:
        super().__init__(
            f"Cette vente a moins de cinq minutes : elle s’annule encore à la caisse {till_name}, "
            "dans « Ventes ». Passé ce délai, revenez ici."
        )


def belongs_to_its_till(sold_at: datetime, now: datetime, session_is_open: bool) -> bool:
    """Whether its own volunteer may still void a sale (1-product.md: five minutes, at the till)."""
    return session_is_open and now - sold_at < VOID_WINDOW


def why_kept(kept: Claim, lost: Claim) -> str:
    """Why `kept` has the item: the first corrected time, then the till, then its own order."""
    gap = lost.sold_at - kept.sold_at
    if gap > timedelta(0):
        return f"Vendu en premier, {gap_words(gap)} plus tôt."
    if kept.till_number != lost.till_number:
        return "Vendu au même instant : la caisse au plus petit numéro garde l’article."
    return "Vendu au même instant, à la même caisse : le premier ticket garde l’article."


def gap_words(gap: timedelta) -> str:
    """`12 s`, `3 min`, `2 h 05`."""
    seconds = int(gap.total_seconds())
    if seconds < 1:
        return "moins d’une seconde"
    if seconds < 60:
        return f"{seconds}\u00a0s"
    if seconds < 3600:
        return f"{seconds // 60}\u00a0min"
    return f"{seconds // 3600}\u00a0h\u00a0{seconds % 3600 // 60:02d}"


def check_item_sold(state: ItemState) -> None:
    """Raises NotTheItemSold when an item cannot be what a customer went away with."""
    if state not in IN_THE_HALL:
        raise NotTheItemSold(state)


def outcome_words(resolution: ConflictResolution | None, lost_state: LineState) -> str:
    """How a settled conflict ended."""
    if resolution is ConflictResolution.REFUNDED:
        return "Client remboursé"
    if resolution is ConflictResolution.REASSIGNED:
        return "Donné à l’article vraiment vendu"
    if resolution is ConflictResolution.UNCLAIMED:
        return "Personne n’est revenu"
    if lost_state is LineState.VOID:
        return "Remboursé à la caisse"
    return "L’autre vente a été annulée"
