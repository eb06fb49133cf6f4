"""Creating an edition with everything a usual sale has."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.core import audit
from app.core.db import db
from app.core.errors import DomainError
from app.editions.calendar import CalendarPlan, plan_calendar
from app.editions.models import Edition, PickupTime, SalePeriod, Slot, Till
from app.editions.rulebook import default_rulebook

USUAL_TILLS = 5
# Beyond every real till.
TRAINING_NUMBER = 99


@dataclass(frozen=True)
class NewEdition:
    """What the administrator says; everything else follows and may be changed afterwards."""

    name: str
    number: int
    sale_day: date
    place: str = ""
    description: str = ""
    tills: int = USUAL_TILLS


def create_edition(
    wanted: NewEdition, *, by_id: int | None = None, copy_from: Edition | None = None
) -> Edition:
    """A new edition in state `draft`, with its rulebook (that of another edition, else the usual one), slots,
    sale periods, pick-up times and tills for the week of the sale day.

    Raises DomainError when the name or the number is taken.
    """
    check_name(wanted.name)
    check_number(wanted.number)
    book = copy_from.rulebook if copy_from else default_rulebook()
    plan = plan_calendar(book, wanted.sale_day)
    edition = Edition(
        name=wanted.name,
        number=wanted.number,
        live_number=wanted.number,
        place=wanted.place,
        description=wanted.description,
        commission_bp=book.commission_basis_points,
        rulebook=book,
        **_span(plan),
    )
    db.session.add(edition)
    db.session.flush()
    _add_calendar(edition.id, plan)
    _add_tills(edition.id, wanted.tills)
    db.session.flush()
    audit.record("edition.created", f"edition:{edition.id}", actor_id=by_id, number=wanted.number)
    return edition


def check_name(name: str, *, other_than: int | None = None) -> None:
    """Raise DomainError when another edition bears this name."""
    query = select(Edition.id).where(Edition.name == name)
    if db.session.scalar(query.where(Edition.id != (other_than or 0))) is not None:
        raise DomainError("Une autre édition porte déjà ce nom.", "name")


def check_number(number: int, *, other_than: int | None = None) -> None:
    """Raise DomainError when the number, first in every label code, belongs to an edition not archived."""
    query = select(Edition.name).where(Edition.live_number == number, Edition.id != (other_than or 0))
    taken_by = db.session.scalar(query)
    if taken_by is not None:
        raise DomainError(
            f"Le numéro {number} est celui de « {taken_by} » : choisissez-en un autre.", "number"
        )


def free_number() -> int | None:
    """The lowest number no live edition uses; None when all 99 are taken."""
    taken = set(db.session.scalars(select(Edition.live_number).where(Edition.live_number.is_not(None))))
    return next((number for number in range(1, 100) if number not in taken), None)


def _span(plan: CalendarPlan) -> dict[str, object]:
    return {"declaration_deadline": plan.declaration_deadline, **vars(plan.span)}


def _add_calendar(edition_id: int, plan: CalendarPlan) -> None:
    db.session.add_all(Slot(edition_id=edition_id, **vars(each)) for each in plan.slots)
    db.session.add_all(SalePeriod(edition_id=edition_id, **vars(each)) for each in plan.periods)
    db.session.add_all(PickupTime(edition_id=edition_id, **vars(each)) for each in plan.pickups)


def _add_tills(edition_id: int, count: int) -> None:
    for number in range(1, count + 1):
        db.session.add(Till(edition_id=edition_id, number=number))
    db.session.add(Till(edition_id=edition_id, number=TRAINING_NUMBER, training=True))
