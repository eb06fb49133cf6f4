"""What must hold before an edition goes on to its next state. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.counts import counted
from app.core.dates import date_short

ARCHIVED_AFTER = timedelta(days=365)
MAX_TILLS = 8


@dataclass(frozen=True)
class EditionFacts:
    """What the conditions of a change of state look at; counted by the caller, for most of it belongs to
    areas above this one."""

    now: datetime
    state_changed_at: datetime
    declaration_deadline: datetime
    sale_ends_at: datetime
    has_place: bool = False
    slots: int = 0
    sale_periods: int = 0
    tills: int = 0
    kinds_without_pickup: int = 0
    registrations: int = 0
    activated: int = 0
    members_to_link: int = 0
    validated_lists: int = 0
    drafts_with_items: int = 0
    lists_without_labels: int = 0
    checked_in: int = 0
    items_on_sale: int = 0
    items_sold: int = 0
    sales: int = 0
    # Names of the tills that are open.
    open_tills: tuple[str, ...] = ()
    # Names of tills and how many entries each has not sent yet.
    entries_to_sync: tuple[tuple[str, int], ...] = ()
    # Names of tills and how many entries each left on a device that was taken over.
    left_on_devices: tuple[tuple[str, int], ...] = ()
    open_conflicts: int = 0
    # Entries of tills kept raw that nobody has looked at.
    quarantined: int = 0
    payouts_due: int = 0
    payouts_not_final: int = 0
    payouts_paid: int = 0
    items_unsold: int = 0
    items_given_back: int = 0


@dataclass(frozen=True)
class Check:
    """One condition, as shown: ✓ or ✗. `topic` names the screen where it is settled; what does not block is
    only told."""

    topic: str
    text: str
    ok: bool
    blocks: bool = True


def before_opening(facts: EditionFacts) -> Iterator[Check]:
    yield Check("dates", "Lieu indiqué" if facts.has_place else "Lieu à indiquer", facts.has_place)
    yield Check("dates", "Date limite de déclaration à venir", facts.now < facts.declaration_deadline)
    yield Check("slots", "Au moins un créneau de dépôt", facts.slots > 0)
    yield Check("periods", "Au moins une période de vente", facts.sale_periods > 0)
    yield Check("pickups", "Une heure de retrait par type de liste", facts.kinds_without_pickup == 0)
    yield Check("tills", f"De 1 à {MAX_TILLS} caisses", 1 <= facts.tills <= MAX_TILLS)


def before_freezing(facts: EditionFacts) -> Iterator[Check]:
    yield Check("registrations", "Au moins une liste validée", facts.validated_lists > 0)
    yield Check(
        "registrations",
        "Toutes les listes 2000 ont leur adhérent"
        if not facts.members_to_link
        else f"{counted(facts.members_to_link, 'inscription')} sans adhérent relié",
        facts.members_to_link == 0,
        blocks=False,
    )
    yield Check(
        "registrations",
        "Aucune liste commencée sans être validée"
        if not facts.drafts_with_items
        else f"{counted(facts.drafts_with_items, 'liste')} avec des articles, pas validées : "
        "elles restent en brouillon",
        facts.drafts_with_items == 0,
        blocks=False,
    )
    passed = facts.now >= facts.declaration_deadline
    text = "La date limite est passée" if passed else "La date limite de déclaration n’est pas encore passée"
    yield Check("dates", text, passed, blocks=False)


def before_selling(facts: EditionFacts) -> Iterator[Check]:
    yield Check("items", "Des articles en vente (dépôt enregistré)", facts.items_on_sale > 0)
    yield Check("tills", "Au moins une caisse", facts.tills > 0)
    yield Check(
        "labels",
        "Toutes les listes validées ont leurs étiquettes"
        if not facts.lists_without_labels
        else f"{counted(facts.lists_without_labels, 'liste')} sans étiquettes",
        facts.lists_without_labels == 0,
        blocks=False,
    )


def _tills_are_quiet(facts: EditionFacts) -> Iterator[Check]:
    yield Check(
        "tills_at_work",
        "Toutes les caisses sont fermées"
        if not facts.open_tills
        else f"{counted(len(facts.open_tills), 'caisse')} à fermer : {', '.join(facts.open_tills)}",
        not facts.open_tills,
    )
    yield Check(
        "tills_at_work",
        "Toutes les ventes des caisses sont arrivées"
        if not facts.entries_to_sync
        else "Des ventes ne sont pas encore reçues : "
        + ", ".join(
            f"{counted(entries, 'vente')} sur la caisse {till}" for till, entries in facts.entries_to_sync
        ),
        not facts.entries_to_sync,
    )
    for till, entries in facts.left_on_devices:
        yield Check(
            "tills_at_work",
            f"Caisse {till} : {counted(entries, 'vente')} sur l’appareil remplacé. "
            "Rallumez-le près du réseau pour les recevoir.",
            False,
            blocks=False,
        )


def _nothing_left_aside(facts: EditionFacts) -> Iterator[Check]:
    yield Check(
        "quarantine",
        "Aucun envoi de caisse mis de côté"
        if not facts.quarantined
        else f"{counted(facts.quarantined, 'envoi')} de caisse mis de côté, à regarder",
        facts.quarantined == 0,
        blocks=False,
    )


def before_settling(facts: EditionFacts) -> Iterator[Check]:
    yield from _tills_are_quiet(facts)
    yield Check(
        "conflicts",
        "Aucun conflit de vente"
        if not facts.open_conflicts
        else f"{counted(facts.open_conflicts, 'conflit')} de vente à régler avant la clôture",
        facts.open_conflicts == 0,
        blocks=False,
    )
    yield from _nothing_left_aside(facts)
    over = facts.now >= facts.sale_ends_at
    text = "La dernière vente est finie" if over else "La dernière vente n’est pas encore finie"
    yield Check("periods", text, over, blocks=False)


def before_closing(facts: EditionFacts) -> Iterator[Check]:
    yield from _tills_are_quiet(facts)
    yield Check(
        "conflicts",
        "Aucun conflit de vente"
        if not facts.open_conflicts
        else f"{counted(facts.open_conflicts, 'conflit')} de vente à régler",
        facts.open_conflicts == 0,
    )
    yield from _nothing_left_aside(facts)
    yield Check(
        "payouts",
        "Tous les reversements sont faits"
        if not facts.payouts_not_final
        else f"{counted(facts.payouts_not_final, 'reversement')} à finir",
        facts.payouts_not_final == 0,
    )
    left = facts.items_unsold + facts.items_on_sale
    yield Check(
        "items",
        "Tous les invendus sont rendus ou donnés"
        if not left
        else f"{counted(left, 'invendu')} à rendre ou à donner",
        left == 0,
    )


def before_archiving(facts: EditionFacts) -> Iterator[Check]:
    due = facts.state_changed_at + ARCHIVED_AFTER
    yield Check("none", f"Un an depuis la clôture, le {date_short(due)}", facts.now >= due)
