"""Browsers that may sell: registering, recognising and listening to them."""

import uuid
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError
from app.editions.models import Till
from app.sales import keys
from app.sales.models import JournalEntry, TillDevice, TillSession
from app.sales.services.facts import DeviceKey


class OnAnotherDevice(Conflict):
    """The till's session was begun on another browser."""

    def __init__(self, till: Till) -> None:
        super().__init__(
            f"La caisse {till.name} est ouverte sur un autre appareil. Terminez-y les ventes, ou reprenez la "
            "caisse ici si cet appareil ne marche plus."
        )


class NotYourSession(DomainError):
    """Only the volunteer who opened a till sells at it."""

    def __init__(self, session: TillSession) -> None:
        super().__init__(
            f"La caisse {session.till.name} est ouverte par {session.volunteer.full_name}. "
            "Prenez une autre caisse, ou attendez sa fermeture."
        )


@dataclass(frozen=True, slots=True)
class Registration:
    """A device at work. `secret` only when it was just made: it is told once. `last_seq`: highest known."""

    key_id: str
    secret: bytes | None
    last_seq: int

    @property
    def secret_text(self) -> str | None:
        """The secret in base64, as it is told to the browser."""
        return b64encode(self.secret).decode() if self.secret else None


def join_session(
    session: TillSession, key_id: str | None, *, user_id: int, server_key: str, take_over: bool = False
) -> Registration:
    """Bind a browser to the open session: the one that knows `key_id`, else a new device with a new secret.

    Raises OnAnotherDevice when the session is on another device, unless `take_over`: then that device is
    revoked (what it still sends is kept, and flagged) and its numbers are not used again.
    """
    # Two browsers at once take turns.
    db.session.refresh(session, with_for_update=True)
    device = _find_valid(session.till_id, key_id)
    if session.device_id is not None and (device is None or device.id != session.device_id):
        if not take_over:
            raise OnAnotherDevice(session.till)
        _revoke(session, user_id)
    secret = None
    if device is None:
        secret = keys.new_secret()
        device = _register(session.till, secret, user_id, server_key)
    session.device_id = device.id
    db.session.flush()
    return Registration(device.key_id, secret, last_seq(session.till_id))


def recognise(key_id: str, message: bytes, mac: str, server_key: str) -> DeviceKey | None:
    """The device that signed `message`, or None when there is none or the signature is not its own.

    Raises cryptography.exceptions.InvalidTag when `server_key` is not the one its secret was encrypted with.
    """
    row = db.session.execute(
        select(TillDevice, Till).join(Till, Till.id == TillDevice.till_id).where(TillDevice.key_id == key_id)
    ).one_or_none()
    if row is None:
        return None
    device, till = row
    secret = keys.decrypt_secret(device.secret_encrypted, server_key, key_id)
    if not keys.is_signed(secret, message, mac):
        return None
    return DeviceKey(
        device.id, key_id, secret, till.id, till.number, till.training, till.edition_id, device.revoked_at
    )


def note_ping(
    device_id: int, pending_count: int, oldest_pending_at: datetime | None, last_seq: int, app_version: str
) -> None:
    """Remember what a till says of itself: how much it still holds, since when, and up to which number."""
    device = db.session.get_one(TillDevice, device_id)
    device.last_seen_at = utcnow()
    device.pending_count, device.oldest_pending_at = pending_count, oldest_pending_at
    device.last_seq = max(device.last_seq, last_seq)
    device.app_version = app_version
    db.session.flush()


def last_seq(till_id: int) -> int:
    """The highest number known of a till's journal: received, or announced by one of its devices."""
    received = select(func.max(JournalEntry.seq)).where(JournalEntry.till_id == till_id)
    announced = select(func.max(TillDevice.last_seq)).where(TillDevice.till_id == till_id)
    return max(db.session.scalar(received) or 0, db.session.scalar(announced) or 0)


def _find_valid(till_id: int, key_id: str | None) -> TillDevice | None:
    if key_id is None:
        return None
    return db.session.scalars(
        select(TillDevice).where(
            TillDevice.key_id == key_id, TillDevice.till_id == till_id, TillDevice.revoked_at.is_(None)
        )
    ).one_or_none()


def _register(till: Till, secret: bytes, user_id: int, server_key: str) -> TillDevice:
    key_id = str(uuid.uuid4())
    device = TillDevice(
        edition_id=till.edition_id,
        till_id=till.id,
        key_id=key_id,
        secret_encrypted=keys.encrypt_secret(secret, server_key, key_id),
        registered_by_id=user_id,
    )
    db.session.add(device)
    db.session.flush()
    audit.record("till_device.registered", f"till:{till.id}", actor_id=user_id, device_id=device.id)
    return device


def _revoke(session: TillSession, user_id: int) -> None:
    device = db.session.get_one(TillDevice, session.device_id)
    device.revoked_at = utcnow()
    audit.record(
        "till_device.revoked",
        f"till:{session.till_id}",
        actor_id=user_id,
        device_id=device.id,
        pending=device.pending_count,
    )
