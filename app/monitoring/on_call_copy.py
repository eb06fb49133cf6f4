"""The on-call list as it travels to the watchdog and lies on its disk. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.monitoring.escalation import Availability, Contact, OnCallRole, SaleDays

PHONE = re.compile(r"\+[1-9]\d{5,14}")
MAIL = re.compile(r"[^@\s]+@[^@\s]+")


class BadOnCallList(ValueError):
    """It cannot be used; the message is one French line that says why."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call, and the days of the sale that their availability refers to."""

    contacts: tuple[Contact, ...] = ()
    sale: SaleDays | None = None


def on_call_as_json(on_call: OnCall) -> dict[str, Any]:
    """`{"contacts": [{role, name, phone, email, availability}], "sale": {first, last} | null}`."""
    return {
        "contacts": [asdict(contact) for contact in on_call.contacts],
        "sale": on_call.sale
        and {"first": on_call.sale.first.isoformat(), "last": on_call.sale.last.isoformat()},
    }


def read_on_call(data: Any) -> OnCall:
    """The other way round, from JSON or YAML; raises BadOnCallList."""
    if not isinstance(data, Mapping) or not isinstance(data.get("contacts"), list):
        raise BadOnCallList("La liste d’astreinte doit avoir une rubrique « contacts ».")
    return OnCall(
        tuple(_read_contact(each, place) for place, each in enumerate(data["contacts"], 1)),
        _read_sale(data.get("sale")),
    )


def _read_contact(data: Any, place: int) -> Contact:
    try:
        contact = Contact(
            role=OnCallRole(data["role"]),
            name=str(data["name"]),
            phone=str(data.get("phone") or "").replace(" ", ""),
            email=str(data.get("email") or ""),
            availability=Availability(data.get("availability", Availability.ALWAYS)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadOnCallList(f"Contact {place} : il faut role, name et availability, bien écrits.") from error
    if contact.phone and not PHONE.fullmatch(contact.phone):
        raise BadOnCallList(f"Contact {place} : écrivez le numéro comme +33612345678.")
    if contact.email and not MAIL.fullmatch(contact.email):
        raise BadOnCallList(f"Contact {place} : l’adresse e-mail est mal écrite.")
    if not (contact.phone or contact.email):
        raise BadOnCallList(f"Contact {place} : donnez phone ou email.")
    return contact


def _read_sale(data: Any) -> SaleDays | None:
    if not data:
        return None
    try:
        # YAML reads a bare day as a date, JSON as text.
        first, last = (date.fromisoformat(str(data[key])) for key in ("first", "last"))
    except (KeyError, TypeError, ValueError) as error:
        raise BadOnCallList("sale doit avoir first et last, comme 2026-11-20.") from error
    return SaleDays(first, last)
