"""Telling everybody registered that dates have changed."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.db import db
from app.deposits.mails import send_dates_changed
from app.deposits.models import Registration
from app.editions.models import Edition


def notify_dates_changed(edition: Edition) -> int:
    """One message for each registration, with its slot as it is now. Returns how many."""
    registrations = db.session.scalars(
        select(Registration)
        .join(User, User.id == Registration.user_id)
        .options(joinedload(Registration.user), joinedload(Registration.slot))
        .where(Registration.edition_id == edition.id, User.active)
    ).all()
    for registration in registrations:
        send_dates_changed(registration, edition)
    return len(registrations)
