"""The on-call list (seed §6.3): who is in it."""

from sqlalchemy import select

from app.accounts.emails import normalise_email
from app.core.audit import record
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.core.phones import read_phone
from app.monitoring.escalation import Availability, OnCallRole
from app.monitoring.models import OnCallContact


def on_call_rows() -> list[OnCallContact]:
    """In the order in which they are told."""
    order = list(OnCallRole)
    rows = db.session.scalars(select(OnCallContact).order_by(OnCallContact.id)).all()
    return sorted(rows, key=lambda row: order.index(row.role))


def get_contact(contact_id: int) -> OnCallContact:
    """Raises NotFound."""
    row = db.session.get(OnCallContact, contact_id)
    if row is None:
        raise NotFound("Ce contact n’est plus dans la liste d’astreinte.")
    return row


def save_contact(
    contact: OnCallContact,
    role: OnCallRole,
    name: str,
    phone: str,
    email: str,
    availability: Availability,
    actor_id: int,
) -> None:
    """Add it, or change it. Raises DomainError on `phone` or `email`."""
    number = read_phone(phone.strip())
    if number is None:
        raise DomainError("Ce numéro n’est pas complet : écrivez-le comme 06 12 34 56 78.", "phone")
    address = normalise_email(email) if email.strip() else ""
    if not (number or address):
        raise DomainError("Indiquez un téléphone ou une adresse e-mail.", "phone")
    contact.role, contact.name, contact.availability = role, name.strip(), availability
    contact.phone, contact.email = number, address
    db.session.add(contact)
    db.session.flush()
    record("on_call.saved", f"on_call:{contact.id}", actor_id=actor_id, role=role)


def remove_contact(contact: OnCallContact, actor_id: int) -> None:
    record("on_call.removed", f"on_call:{contact.id}", actor_id=actor_id, role=contact.role)
    db.session.delete(contact)
