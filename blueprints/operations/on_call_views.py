"""The on-call list: who is told of alerts, and whether messages reach them."""

import os

from flask import current_app, flash, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import DomainError
from app.monitoring.channels import NotDelivered, channel_settings, deliver
from app.monitoring.escalation import (
    AVAILABILITY_LABELS,
    CHANNEL_WORDS,
    ROLE_LABELS,
    Availability,
    Channel,
    OnCallRole,
)
from app.monitoring.models import OnCallContact
from app.monitoring.services.on_call import get_contact, on_call_rows, remove_contact, save_contact
from app.monitoring.services.rules import level_facts
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.operations import bp
from blueprints.operations.alert_forms import ContactForm
from blueprints.operations.alert_tabs import alert_tabs
from blueprints.operations.alert_views import LEVEL_TONES

TEST_SUBJECT = "[Essai] Astreinte de la bourse"
TEST_TEXT = "Bourse ALPE : message d’essai de l’astreinte. Rien à faire."


@bp.get("/on-call")
def on_call() -> ResponseReturnValue:
    return render(
        "operations/on_call.html",
        tabs=alert_tabs("operations.on_call"),
        contacts=on_call_rows(),
        role_labels=ROLE_LABELS,
        availability_labels=AVAILABILITY_LABELS,
        channels=_channels_set(),
        channel_words=CHANNEL_WORDS,
        levels=level_facts(),
        level_tones=LEVEL_TONES,
    )


@bp.route("/on-call/new", methods=["GET", "POST"])
def on_call_new() -> ResponseReturnValue:
    return _edit(OnCallContact(), ContactForm())


@bp.route("/on-call/<int:contact_id>", methods=["GET", "POST"])
def on_call_contact(contact_id: int) -> ResponseReturnValue:
    contact = get_contact(contact_id)
    data = {name: getattr(contact, name) for name in ("role", "name", "phone", "email", "availability")}
    return _edit(contact, ContactForm(data=data))


@bp.post("/on-call/<int:contact_id>/removal")
def on_call_removal(contact_id: int) -> ResponseReturnValue:
    contact = get_contact(contact_id)
    remove_contact(contact, current_user.id)
    db.session.commit()
    flash(f"{contact.name} n’est plus d’astreinte.", "success")
    return redirect_to(url_for("operations.on_call"))


@bp.post("/on-call/<int:contact_id>/test/<channel>")
def on_call_test(contact_id: int, channel: str) -> ResponseReturnValue:
    """Send a message now, and say what became of it."""
    contact = get_contact(contact_id)
    chosen = Channel(channel) if channel in set(Channel) else Channel.EMAIL
    address = contact.email if chosen is Channel.EMAIL else contact.phone
    settings = channel_settings(current_app.config, os.environ)
    db.session.commit()
    try:
        deliver(chosen, address, TEST_SUBJECT, TEST_TEXT, settings)
    except NotDelivered as error:
        flash(f"L’essai à {contact.name} n’est pas parti : {error.reason}", "danger")
    else:
        flash(f"L’essai est parti : {CHANNEL_WORDS[chosen]} à {contact.name}.", "success")
    return redirect_to(url_for("operations.on_call"))


def _channels_set() -> set[Channel]:
    """Those the hosting has set up."""
    settings = channel_settings(current_app.config, os.environ)
    return {channel for channel in Channel if settings.has(channel)}


def _edit(contact: OnCallContact, form: ContactForm) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            save_contact(
                contact,
                OnCallRole(form.role.data),
                form.name.data or "",
                form.phone.data or "",
                form.email.data or "",
                Availability(form.availability.data),
                current_user.id,
            )
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            db.session.commit()
            flash(f"{contact.name} est dans la liste d’astreinte.", "success")
            return redirect_to(url_for("operations.on_call"))
    status = 422 if form.errors else 200
    return render("operations/on_call_contact.html", "form", status=status, contact=contact, form=form)
