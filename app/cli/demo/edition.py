"""The edition of the demonstration: an ordinary sale week, whose sale goes on today."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.clock import utcnow
from app.core.dates import from_paris, to_paris
from app.core.db import db
from app.editions.models import Edition, EditionState, PeriodKind, PickupTime, SalePeriod
from app.editions.services.creation import NewEdition, create_edition

SATURDAY = 5


def make_edition() -> Edition:
    """The sale of the last week-end, prolonged to today when today is a weekday."""
    today = to_paris(utcnow()).date()
    saturday = today - timedelta(days=(today.weekday() - SATURDAY) % 7)
    edition = create_edition(
        NewEdition(
            name=f"Bourse de démonstration {today.year}",
            number=today.year % 100,
            sale_day=saturday,
            place="Gymnase de la Ramée, Plaisance-du-Touch",
            description="Vêtements d’hiver, jouets et puériculture.",
        )
    )
    end_of_today = from_paris(datetime(today.year, today.month, today.day, 23, 30))  # noqa: DTZ001 - wall clock
    if edition.sale_ends_at < end_of_today:
        _prolong(edition, end_of_today)
    edition.state = EditionState.SELLING
    db.session.flush()
    return edition


def _prolong(edition: Edition, end_of_today: datetime) -> None:
    opening = end_of_today - timedelta(hours=23)
    db.session.add(
        SalePeriod(
            edition_id=edition.id,
            kind=PeriodKind.PUBLIC,
            label="Journée prolongée",
            starts_at=max(opening, edition.sale_ends_at),
            ends_at=end_of_today,
        )
    )
    shift = timedelta(days=(end_of_today - edition.sale_ends_at).days + 1)
    edition.sale_ends_at = end_of_today
    edition.restitution_ends_at += shift
    for pickup in db.session.scalars(select(PickupTime).where(PickupTime.edition_id == edition.id)):
        pickup.starts_at += shift
        pickup.ends_at += shift
