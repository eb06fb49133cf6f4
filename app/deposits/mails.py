"""What depositors receive about their registration."""

from datetime import datetime

from app.core.dates import date_long, datetime_long, hours_between
from app.core.mail import queue_mail
from app.deposits.models import Registration
from app.editions.models import Edition, Slot

_CLOSING = "\n\nÀ bientôt,\nL’équipe de la bourse"


def send_invitation(registration: Registration, edition: Edition, link: str, expires_at: datetime) -> None:
    user = registration.user
    queue_mail(
        "invitation",
        user.email,
        f"Votre inscription à la bourse – {edition.name}",
        f"Bonjour {user.first_name},\n\n"
        f"Votre inscription à l’édition « {edition.name} » est faite. Activez votre compte pour déclarer "
        f"vos articles avant le {datetime_long(edition.declaration_deadline)} :\n\n{link}\n\n"
        f"Ce lien ne sert qu’une fois, jusqu’au {datetime_long(expires_at)}.\n\n"
        f"{_lists_and_slot(registration)}{_CLOSING}",
    )


def send_registered(registration: Registration, edition: Edition) -> None:
    user = registration.user
    queue_mail(
        "registered",
        user.email,
        f"Votre inscription à la bourse – {edition.name}",
        f"Bonjour {user.first_name},\n\n"
        f"Votre inscription à l’édition « {edition.name} » est faite. Votre compte est déjà activé : "
        "connectez-vous comme d’habitude pour déclarer vos articles avant le "
        f"{datetime_long(edition.declaration_deadline)}.\n\n"
        f"{_lists_and_slot(registration)}{_CLOSING}",
    )


def send_dates_changed(registration: Registration, edition: Edition) -> None:
    user = registration.user
    queue_mail(
        "dates_changed",
        user.email,
        f"Des dates ont changé – {edition.name}",
        f"Bonjour {user.first_name},\n\n"
        f"Des dates de {edition.name} ont changé. Voici celles qui comptent maintenant :\n\n"
        f"- articles à déclarer avant le {datetime_long(edition.declaration_deadline)}\n"
        f"- dépôt : {_slot_words(registration.slot)}\n"
        f"- vente du {date_long(edition.sale_starts_at)} au {date_long(edition.sale_ends_at)}\n"
        f"- lieu : {edition.place or 'à préciser'}{_CLOSING}",
    )


def _lists_and_slot(registration: Registration) -> str:
    numbers = sorted({each.number for each in registration.lists if each.number is not None})
    word = "Votre numéro de liste" if len(numbers) == 1 else "Vos numéros de liste"
    given = f"{word} : {', '.join(map(str, numbers))}.\n" if numbers else ""
    return f"{given}Votre créneau de dépôt : {_slot_words(registration.slot)}."


def _slot_words(slot: Slot | None) -> str:
    if slot is None:
        return "à convenir avec l’association"
    return f"{date_long(slot.starts_at)}, {hours_between(slot.starts_at, slot.ends_at)}"
