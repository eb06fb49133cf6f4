"""Reading editions."""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import case, select

from app.core.db import db
from app.core.errors import NotFound
from app.editions.models import Edition, EditionState, PickupTime, SalePeriod, Slot, Till

T = TypeVar("T", Slot, SalePeriod)

# The edition people work on: under way first, then the nearest to come, then the last closed.
_ORDER = [
    EditionState.SELLING,
    EditionState.SETTLING,
    EditionState.FROZEN,
    EditionState.OPEN,
    EditionState.DRAFT,
    EditionState.CLOSED,
    EditionState.ARCHIVED,
]
_RANK = case({state.value: rank for rank, state in enumerate(_ORDER)}, value=Edition.state)
_CURRENT = select(Edition).order_by(_RANK, Edition.sale_starts_at.desc()).limit(1)


def current_edition() -> Edition | None:
    """The edition under way, or the one most likely meant; None when there is none at all."""
    return db.session.scalars(_CURRENT).one_or_none()


def get_edition(edition_id: int) -> Edition:
    """One edition by id; raises NotFound."""
    edition = db.session.get(Edition, edition_id)
    if edition is None:
        raise NotFound("Cette édition n’existe pas.")
    return edition


def list_editions() -> list[Edition]:
    """All editions, newest sale first."""
    return list(db.session.scalars(select(Edition).order_by(Edition.sale_starts_at.desc())))


@dataclass(frozen=True)
class Schedule:
    """The calendar of an edition, each group in time order, tills by number."""

    slots: list[Slot]
    periods: list[SalePeriod]
    pickups: list[PickupTime]
    tills: list[Till]


def schedule_of(edition_id: int) -> Schedule:
    return Schedule(
        list_slots(edition_id),
        list(
            db.session.scalars(
                select(SalePeriod).where(SalePeriod.edition_id == edition_id).order_by(SalePeriod.starts_at)
            )
        ),
        list(
            db.session.scalars(
                select(PickupTime).where(PickupTime.edition_id == edition_id).order_by(PickupTime.starts_at)
            )
        ),
        list_tills(edition_id),
    )


def list_slots(edition_id: int) -> list[Slot]:
    """Deposit slots in time order."""
    query = select(Slot).where(Slot.edition_id == edition_id).order_by(Slot.starts_at, Slot.id)
    return list(db.session.scalars(query))


def get_slot(edition_id: int, slot_id: int) -> Slot:
    """One slot of an edition; raises NotFound."""
    return _get_owned(Slot, edition_id, slot_id, "Ce créneau n’existe plus.")


def get_period(edition_id: int, period_id: int) -> SalePeriod:
    """One sale period of an edition; raises NotFound."""
    return _get_owned(SalePeriod, edition_id, period_id, "Cette période de vente n’existe plus.")


def list_tills(edition_id: int) -> list[Till]:
    """Tills by number, the training till last."""
    query = select(Till).where(Till.edition_id == edition_id).order_by(Till.training, Till.number)
    return list(db.session.scalars(query))


def _get_owned(model: type[T], edition_id: int, row_id: int, sentence: str) -> T:
    row = db.session.get(model, row_id)
    if row is None or row.edition_id != edition_id:
        raise NotFound(sentence)
    return row
