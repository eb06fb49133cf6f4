"""Changing dates while people are registered: asked twice, and told to them."""

from collections.abc import Callable
from datetime import datetime

from flask import flash

from app.core.db import db
from app.core.errors import DomainError
from app.deposits.queries.registrations import count_registrations
from app.deposits.services.notices import notify_dates_changed
from app.editions.models import Edition
from app.editions.queries import schedule_of
from app.web.forms import refuse
from blueprints.backoffice.edition_forms import ConfirmedForm
from jobs.queue import dispatch_mail

Moments = dict[tuple[str, int], tuple[datetime, datetime]]


def change_dates(edition: Edition, form: ConfirmedForm, change: Callable[[], object]) -> bool:
    """Run `change` and commit, telling every depositor when a date they rely on moved.

    False, with the form saying why, when it is refused or needs the confirmation first.
    """
    registered = count_registrations(edition.id)
    before = _moments(edition)
    try:
        change()
    except DomainError as refusal:
        db.session.rollback()
        refuse(form, refusal)
        return False
    after = _moments(edition)
    moved = any(after.get(key) != moments for key, moments in before.items())
    if moved and registered and not form.confirmed.data:
        db.session.rollback()
        form.confirmed.errors = [
            f"{registered} personnes sont inscrites : cochez cette case pour changer la date et les prévenir."
        ]
        return False
    told = notify_dates_changed(edition) if moved and registered else 0
    db.session.commit()
    if told:
        dispatch_mail()
        flash(f"C’est enregistré, et {told} déposants sont prévenus par e-mail.", "success")
    else:
        flash("C’est enregistré.", "success")
    return True


def _moments(edition: Edition) -> Moments:
    """What depositors rely on, by kind and id."""
    schedule = schedule_of(edition.id)
    deadline = edition.declaration_deadline
    found: Moments = {("deadline", edition.id): (deadline, deadline)}
    for name, rows in (("slot", schedule.slots), ("period", schedule.periods), ("pickup", schedule.pickups)):
        for row in rows:
            found[name, row.id] = (row.starts_at, row.ends_at)
    return found
