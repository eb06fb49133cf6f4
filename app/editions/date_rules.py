"""The order of an edition's dates. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.core.dates import date_short
from app.core.errors import DomainError

# 1-product.md, Edition: the deadline may be set up to three weeks before the deposit, to have time to print.
LONGEST_PRINTING = timedelta(weeks=3)

# An edition is made for the next season, not for years ahead: more is a slip of the keyboard.
FARTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class EditionDates:
    """The moments whose order matters, UTC."""

    declaration_deadline: datetime
    deposit_starts_at: datetime
    deposit_ends_at: datetime
    sale_starts_at: datetime
    sale_ends_at: datetime
    restitution_ends_at: datetime


def check_dates(dates: EditionDates) -> None:
    """Raise DomainError unless deadline < deposit < sale < restitution (1-product.md)."""
    if dates.declaration_deadline >= dates.deposit_starts_at:
        raise DomainError(
            "La date limite de déclaration doit précéder le premier créneau de dépôt.", "deadline"
        )
    if dates.deposit_starts_at - dates.declaration_deadline > LONGEST_PRINTING:
        raise DomainError(
            "La date limite ne peut pas précéder le dépôt de plus de trois semaines.", "deadline"
        )
    if dates.deposit_ends_at > dates.sale_starts_at:
        raise DomainError("Le dernier créneau de dépôt doit finir avant le début de la vente.", "ends_at")
    if dates.sale_ends_at > dates.restitution_ends_at:
        raise DomainError("Les invendus se rendent après la fin de la vente.", "ends_at")


def check_hours(starts_at: datetime, ends_at: datetime) -> None:
    """Raise DomainError unless the end follows the start."""
    if ends_at <= starts_at:
        raise DomainError("La fin doit suivre le début.", "ends_at")


def check_still_to_come(day: date, was: date | None, today: date, field: str) -> None:
    """Raise DomainError when something is put on a day already gone, or years ahead; what stays on its day is
    left alone."""
    if day < today and day != was:
        raise DomainError(
            f"Le {date_short(day)} est déjà passé : choisissez aujourd’hui ou un jour à venir.", field
        )
    if day - today > FARTHEST and day != was:
        raise DomainError(f"Le {date_short(day)} est dans plus de trois ans : vérifiez l’année.", field)
