"""A deposit as the desk shows it: the person, their lists, every item with its fate."""

from dataclasses import dataclass
from datetime import datetime

from app.core.dates import date_long, time_short, to_paris
from app.deposits.check_in_rules import CheckInClosed, Punctuality, check_open, punctuality
from app.deposits.models import ITEM_STATE_LABELS, CheckIn, Item, ItemList, ItemState, ListState, Registration
from app.deposits.services.lists import may_unlock, read_only_reason
from app.deposits.wording import item_words, list_colour, list_name
from app.documents.wording import count_of
from app.editions.models import Edition, Slot
from app.editions.rulebook import Rulebook

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class DeskItem:
    id: int
    code: str | None
    line: int
    title: str
    details: str
    price_cents: int
    refused: bool
    reason: str | None
    state: ItemState

    @property
    def can_change(self) -> bool:
        """Struck or taken back; what was withdrawn since a deposit that was undone stays as it is."""
        return self.state in (ItemState.DECLARED, ItemState.REFUSED)

    @property
    def state_label(self) -> str:
        return ITEM_STATE_LABELS[self.state]


@dataclass(frozen=True)
class DeskList:
    """One list; `problem` says why nothing of it can be taken."""

    id: int
    name: str
    number: int | None
    colour: tuple[str, str]
    items: tuple[DeskItem, ...]
    problem: str | None


@dataclass(frozen=True)
class Lateness:
    """`text` beside the slot; `tone` of its badge."""

    text: str
    tone: str


@dataclass(frozen=True)
class Desk:
    """Everything one page shows of a registration. `closed`: why nothing can be recorded, if so."""

    registration: Registration
    slot: Slot | None
    lateness: Lateness
    lists: tuple[DeskList, ...]
    check_in: CheckIn | None
    closed: str | None

    @property
    def items(self) -> tuple[DeskItem, ...]:
        return tuple(item for one in self.lists if not one.problem for item in one.items)

    @property
    def refused(self) -> tuple[DeskItem, ...]:
        return tuple(item for item in self.items if item.refused)

    @property
    def accepted_count(self) -> int:
        return sum(item.state is ItemState.DECLARED for item in self.items)

    @property
    def refused_words(self) -> str:
        return f"{count_of(len(self.refused), 'article')} {'refusés' if len(self.refused) > 1 else 'refusé'}"

    @property
    def decision(self) -> str:
        """What is about to be recorded, in a sentence."""
        if not self.refused:
            return "Rien n’est refusé. Les articles entrent en vente aussitôt."
        given_back = "rendus" if len(self.refused) > 1 else "rendu"
        return (
            f"{self.refused_words}, {given_back} au déposant sans remplacement. Les autres entrent en vente."
        )

    @property
    def decision_label(self) -> str:
        accepted = count_of(self.accepted_count, "article").replace(" ", "\u00a0")
        if not self.refused:
            return f"Tout accepter ({accepted})"
        return f"Accepter {accepted}"

    @property
    def is_open(self) -> bool:
        return self.check_in is None and self.closed is None

    @property
    def can_complete(self) -> bool:
        return self.is_open and bool(self.items)

    @property
    def why_empty(self) -> str:
        """What to say, and to do, when nothing was declared."""
        lists = self.registration.lists
        if any(read_only_reason(one) is None for one in lists):
            return "Cette personne n’a rien déclaré. Elle le peut encore, sur son téléphone, dans son espace."
        nothing = "Cette personne n’a rien déclaré à temps : il n’y a rien à déposer."
        if any(may_unlock(one) for one in lists):
            return f"{nothing} Est-ce bien elle ? Appelez un gestionnaire : il peut rouvrir sa liste."
        return nothing


def show_desk(edition: Edition, registration: Registration, now: datetime) -> Desk:
    """The desk page of a registration with its lists and items loaded."""
    book, slot = edition.rulebook, registration.slot
    lists = (_show_list(book, one) for one in registration.lists if _live(one))
    return Desk(
        registration=registration,
        slot=slot,
        lateness=lateness(slot.starts_at if slot else None, slot.ends_at if slot else None, now),
        lists=tuple(lists),
        check_in=registration.check_in,
        closed=_why_closed(edition),
    )


def lateness(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> Lateness:
    """Early, on time or late, as a badge says it."""
    found = punctuality(starts_at, ends_at, now)
    if starts_at is None or ends_at is None:
        return Lateness("Sans créneau", "neutral")
    if found is Punctuality.ON_TIME:
        return Lateness("À l’heure", "success")
    if found is Punctuality.EARLY:
        same_day = to_paris(starts_at).date() == to_paris(now).date()
        return Lateness(
            f"En avance, attendu à {time_short(starts_at)}"
            if same_day
            else f"Attendu {date_long(starts_at)}",
            "info",
        )
    minutes = int((now - ends_at).total_seconds() // 60)
    late = f"En retard de {minutes} min" if minutes < 60 else f"En retard de {minutes // 60} h"
    return Lateness(late if minutes < MINUTES_A_DAY else f"Attendu {date_long(ends_at)}", "warning")


def _show_list(book: Rulebook, item_list: ItemList) -> DeskList:
    return DeskList(
        id=item_list.id,
        name=list_name(item_list),
        number=item_list.number,
        colour=list_colour(book, item_list),
        items=tuple(_show_item(book, item) for item in _live(item_list)),
        problem=_problem(item_list),
    )


def _show_item(book: Rulebook, item: Item) -> DeskItem:
    words = item_words(book, item)
    return DeskItem(
        id=item.id,
        code=item.code,
        line=item.line or item.position,
        title=words.title,
        details=words.details,
        price_cents=item.price_cents,
        refused=item.state is ItemState.REFUSED,
        reason=item.state_reason,
        state=item.state,
    )


def _live(item_list: ItemList) -> list[Item]:
    """Items in the order of their labels, without those given up (position 0)."""
    kept = [item for item in item_list.items if item.position > 0]
    return sorted(kept, key=lambda item: (item.line or item.position, item.id))


def _problem(item_list: ItemList) -> str | None:
    if item_list.state is not ListState.VALIDATED:
        return (
            "Cette liste n’est pas validée : ses articles n’ont pas d’étiquette et ne peuvent pas être pris."
        )
    if item_list.number is None:
        return "Cette liste n’a pas de numéro : un gestionnaire doit dire de quel adhérent elle dépend."
    return None


def _why_closed(edition: Edition) -> str | None:
    try:
        check_open(edition.state)
    except CheckInClosed as refusal:
        return refusal.message
    return None
