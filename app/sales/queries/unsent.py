"""Sales that only a till has yet, by what it said at its last ping."""

from sqlalchemy import exists, func, or_, select

from app.core.clock import utcnow
from app.core.db import db
from app.editions.models import Till
from app.sales.models import TillDevice, TillSession, TillShift
from app.sales.rules import is_silent


def unsent_of(user_id: int) -> list[tuple[str, int]]:
    """Tills in the hands of a person that hold sales not sent yet: their names and how many."""
    took_a_turn = exists().where(TillShift.session_id == TillSession.id, TillShift.volunteer_id == user_id)
    rows = db.session.execute(
        select(Till, func.sum(TillDevice.pending_count))
        .join(TillSession, TillSession.open_till_id == Till.id)
        .join(TillDevice, TillDevice.id == TillSession.device_id)
        .where(
            or_(TillSession.volunteer_id == user_id, took_a_turn),
            TillDevice.revoked_at.is_(None),
            TillDevice.pending_count > 0,
        )
        .group_by(Till.id)
        .order_by(Till.number)
    )
    return [(till.name, int(count)) for till, count in rows]


def unsent_at(session: TillSession) -> int:
    """How many sales the device of a session holds that nobody else has, by its last word."""
    device = working_device(session)
    return device.pending_count if device else 0


def is_silent_at(session: TillSession) -> bool:
    """Whether the device of a session was not heard for too long to know what it holds. Never in training."""
    device = working_device(session)
    return device is not None and not session.till.training and is_silent(device.last_seen_at, utcnow())


def working_device(session: TillSession) -> TillDevice | None:
    """The device of a session; one that was given up blocks nothing."""
    device = db.session.get(TillDevice, session.device_id) if session.device_id else None
    return device if device is not None and device.revoked_at is None else None


def journals_differ(session: TillSession) -> bool:
    """Whether the journal of the session's device was not the same as ours when they were last compared."""
    device = db.session.get(TillDevice, session.device_id) if session.device_id else None
    return device is not None and (device.reconciliation or {}).get("agrees") is False
