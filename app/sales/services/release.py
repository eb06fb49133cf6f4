"""Giving up a till's device that will not come back, so that its drawer can be counted."""

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.sales.models import TillDevice, TillSession


def give_up_device(session: TillSession, reason: str, by_id: int) -> TillDevice:
    """Revoke the device of an open session, with a reason in the audit log. What it still holds is not lost:
    it is received when it comes back, and flagged, or taken in from its export file."""
    db.session.refresh(session, with_for_update=True)
    if not reason.strip():
        raise DomainError("Dites pourquoi, en quelques mots.", "reason")
    device = db.session.get(TillDevice, session.device_id) if session.device_id else None
    if session.closed_at is not None or device is None or device.revoked_at is not None:
        raise DomainError("Aucun appareil ne bloque cette caisse.")
    device.revoked_at = utcnow()
    audit.record(
        "till_device.given_up",
        f"till:{session.till_id}",
        actor_id=by_id,
        device_id=device.id,
        pending=device.pending_count,
        reason=reason.strip(),
    )
    db.session.flush()
    return device
