"""Where a depositor stands: the steps of a bourse, and the one thing to do now."""

from dataclasses import dataclass
from enum import IntEnum

from flask import url_for

from app.core.clock import utcnow
from app.core.dates import date_long, hours_between
from app.deposits.models import ItemList, ItemState, ListState, Registration
from app.deposits.queries.lists import live_items
from app.deposits.services.lists import read_only_reason
from app.editions.models import READ_ONLY_STATES, EditionState, PickupTime, Slot
from app.payouts.models import PayoutState
from app.payouts.queries.depositor import OwnSales


class Stage(IntEnum):
    """The steps of a bourse, in order."""

    DECLARE = 0
    VALIDATE = 1
    COME = 2
    SALE = 3
    COLLECT = 4
    OVER = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the stepper; `state` is done, current or todo."""

    label: str
    state: str
    hint: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class NextAct:
    """What to do now: a title, a sentence, and a button when there is something to press."""

    title: str
    text: str
    button: str | None = None
    href: str | None = None
    icon: str = "arrow-right"


def list_to_fill(registration: Registration) -> ItemList | None:
    """The list to go on with: the fullest one still open, else the first open one."""
    drafts = [each for each in registration.lists if each.state is ListState.DRAFT]
    return max(drafts, key=lambda each: len(live_items(each)), default=None)


def current_stage(registration: Registration, sales: OwnSales) -> Stage:
    """The step under way."""
    state = registration.edition.state
    items = [item for each in registration.lists for item in live_items(each)]
    to_come = any(item.state in (ItemState.ON_SALE, ItemState.UNSOLD) for item in items)
    if state in READ_ONLY_STATES or (_is_paid(sales) and not to_come):
        return Stage.OVER
    if state is EditionState.SETTLING:
        return Stage.COLLECT
    brought = any(item.state not in (ItemState.DRAFT, ItemState.DECLARED) for item in items)
    if state is EditionState.SELLING or brought:
        return Stage.SALE
    filled = [each for each in registration.lists if live_items(each)]
    if filled and all(each.state is ListState.VALIDATED for each in filled):
        return Stage.COME
    return Stage.VALIDATE if filled else Stage.DECLARE


def _is_paid(sales: OwnSales) -> bool:
    return sales.payout is not None and sales.payout.state is PayoutState.PAID


def steps(registration: Registration, sales: OwnSales, pickup: PickupTime | None) -> list[Step]:
    """The five steps of a bourse with what is done, under way, and to come."""
    at = current_stage(registration, sales)
    edition, slot = registration.edition, registration.slot
    hints = (
        f"jusqu’au {date_long(edition.declaration_deadline)}",
        "un récapitulatif vous est envoyé",
        slot_words(slot) if slot else "créneau à convenir",
        f"à partir du {date_long(edition.sale_starts_at)}",
        slot_words(pickup) if pickup else date_long(edition.restitution_ends_at),
    )
    names = ("Déclarer", "Valider", "Déposer", "Suivre les ventes", "Récupérer")
    return [
        Step(name, "done" if index < at else "current" if index == at else "todo", hint)
        for index, (name, hint) in enumerate(zip(names, hints, strict=True))
    ]


def slot_words(slot: Slot | PickupTime) -> str:
    """`mercredi 18 novembre, de 14 h 00 à 18 h 00`."""
    return f"{date_long(slot.starts_at)}, {hours_between(slot.starts_at, slot.ends_at)}"


def next_act(registration: Registration, sales: OwnSales, pickup: PickupTime | None) -> NextAct:
    """The one thing to do now, by step."""
    stage, edition = current_stage(registration, sales), registration.edition
    if stage <= Stage.VALIDATE:
        return _declare(registration)
    if stage is Stage.COME:
        room = _room_left(registration)
        if registration.slot is None:
            text = "L’équipe de la bourse vous indiquera votre créneau de dépôt."
            return NextAct("Listes validées", f"{text}{room}")
        when = slot_words(registration.slot)
        return NextAct(
            "Venez déposer vos articles",
            f"{when[0].upper()}{when[1:]}{f' – {edition.place}' if edition.place else ''}.{room}",
            "Ajouter à mon agenda",
            url_for("portal.slot_calendar", edition_id=edition.id),
            "calendar",
        )
    if stage is Stage.SALE:
        return NextAct(
            "Vos articles sont à la bourse",
            "Les ventes s’affichent ici au fur et à mesure.",
            "Voir mes ventes",
            url_for("portal.sales", edition_id=edition.id),
            "activity",
        )
    if stage is Stage.COLLECT:
        when = slot_words(pickup) if pickup else f"jusqu’au {date_long(edition.restitution_ends_at)}"
        what = "vos invendus" if _is_paid(sales) else "votre argent et vos invendus"
        return NextAct(
            f"Venez chercher {what}",
            f"{when[0].upper()}{when[1:]}. Passé ce délai, les invendus sont donnés.",
            "Voir mes ventes",
            url_for("portal.sales", edition_id=edition.id),
            "activity",
        )
    return NextAct(
        "Tout est réglé",
        "Merci d’avoir participé ! Vous retrouvez ici le détail de vos ventes.",
        "Voir mes ventes",
        url_for("portal.sales", edition_id=edition.id),
        "activity",
    )


def _room_left(registration: Registration) -> str:
    """That an empty list may still be filled, after the others were validated."""
    empty = [each for each in registration.lists if not live_items(each) and read_only_reason(each) is None]
    if not empty:
        return ""
    deadline = registration.edition.declaration_deadline
    until = f" jusqu’au {date_long(deadline)}" if deadline > utcnow() else ""
    if len(empty) > 1:
        return f" Il vous reste {len(empty)} listes vides : vous pouvez les remplir{until}."
    return f" Il vous reste une liste vide : vous pouvez la remplir{until}."


def _declare(registration: Registration) -> NextAct:
    """Before the deposit: open, declare, validate, or too late."""
    edition, chosen = registration.edition, list_to_fill(registration)
    if chosen is None:
        return NextAct("Votre inscription est enregistrée", "Vos listes paraîtront bientôt ici.")
    reason = read_only_reason(chosen)
    if reason and edition.state is EditionState.DRAFT:
        return NextAct("Bientôt ouvert", reason)
    if reason:
        return NextAct("Vos listes ne changent plus", reason)
    count = len(live_items(chosen))
    if not count:
        return NextAct(
            "Déclarez vos articles",
            "Chaque article est enregistré aussitôt : arrêtez-vous et reprenez quand vous voulez.",
            "Commencer ma liste",
            url_for("portal.item_new", edition_id=edition.id, list_id=chosen.id),
            "plus",
        )
    articles = f"{count} article{'s' if count > 1 else ''}"
    return NextAct(
        "Complétez, puis validez",
        f"{articles} dans votre liste. Rien n’est envoyé tant que vous n’avez pas validé.",
        "Continuer ma liste",
        url_for("portal.list", edition_id=edition.id, list_id=chosen.id),
        "pencil",
    )
