"""Volunteers who take turns at one drawer."""

from app.core import audit
from app.core.db import db
from app.core.errors import Conflict
from app.sales.models import TillSession, TillShift
from app.sales.queries import seller_at
from app.sales.services.devices import vouch_for


class NotThisDevice(Conflict):
    """The session goes on elsewhere: nobody takes a turn here."""

    def __init__(self, session: TillSession) -> None:
        super().__init__(f"La caisse {session.till.name} est ouverte sur un autre appareil.")


def take_turn(session: TillSession, key_id: str, *, user_id: int, login_id: int) -> None:
    """From now on this person sells in the session, on its device, which their sign-in vouches for.

    Raises NotFound for an unknown device, NotThisDevice when the session is on another one.
    """
    db.session.refresh(session, with_for_update=True)
    device = vouch_for(session.till_id, key_id, login_id)
    if device.id != session.device_id or device.revoked_at is not None:
        raise NotThisDevice(session)
    if seller_at(session).id == user_id:
        return
    db.session.add(TillShift(edition_id=session.edition_id, session_id=session.id, volunteer_id=user_id))
    audit.record(
        "till_session.handed_over", f"till:{session.till_id}", actor_id=user_id, session_id=session.id
    )
    db.session.flush()
