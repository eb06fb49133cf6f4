"""Browsers that may sell: registering, recognising and listening to them."""

import uuid
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import User, UserSession
from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError, NotFound
from app.editions.models import Till
from app.sales import keys
from app.sales.models import JournalEntry, TillDevice, TillSession, Verdict
from app.sales.services.facts import DeviceKey
from app.sales.services.health import tell_expiring, tell_troubles


class OnAnotherDevice(Conflict):
    """The till's session was begun on another browser."""

    def __init__(self, till: Till) -> None:
        super().__init__(
            f"La caisse {till.name} est ouverte sur un autre appareil. Terminez-y les ventes, ou reprenez la "
            "caisse ici si l’autre appareil ne marche plus."
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
    """A device at work. `secret` only when it was just made: it is told once. Highest numbers known:
    `last_seq` of the till's journal, `own_seq` of what this device itself wrote or said it knew."""

    key_id: str
    secret: bytes | None
    last_seq: int
    own_seq: int

    @property
    def secret_text(self) -> str | None:
        """The secret in base64, as it is told to the browser."""
        return b64encode(self.secret).decode() if self.secret else None


def join_session(
    session: TillSession,
    key_id: str | None,
    *,
    user_id: int,
    login_id: int | None,
    server_key: str,
    take_over: bool = False,
) -> Registration:
    """Bind a browser to the open session: the one that knows `key_id`, else a new device with a new secret.

    A key that is known nowhere is one that a restore forgot: it goes on, and what it signed is understood.

    `login_id`: the signed-in session (UserSession) that vouches for it from now on.

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
    if device is None:
        device = readmit(session.till_id, key_id, user_id, server_key)
    secret = None
    if device is None:
        device = _register(session.till, str(uuid.uuid4()), user_id, server_key)
        secret = keys.secret_of(session.till_id, device.key_id, server_key)
    session.device_id, device.login_id = device.id, login_id
    db.session.flush()
    return Registration(device.key_id, secret, last_seq(session.till_id), own_seq(device.id))


def recognise(key_id: str, message: bytes, mac: str, server_key: str) -> DeviceKey | None:
    """The device that signed `message`, or None when there is none or the signature is not its own.

    Raises cryptography.exceptions.InvalidTag when `server_key` is not the one its secret was encrypted with.
    """
    row = db.session.execute(
        select(TillDevice, Till, UserSession, User.active)
        .join(Till, Till.id == TillDevice.till_id)
        .outerjoin(UserSession, UserSession.id == TillDevice.login_id)
        .outerjoin(User, User.id == UserSession.user_id)
        .where(TillDevice.key_id == key_id)
    ).one_or_none()
    if row is None:
        return None
    device, till, login, active = row
    secret = keys.decrypt_secret(device.secret_encrypted, server_key, key_id)
    if not keys.is_signed(secret, message, mac):
        return None
    return DeviceKey(
        device.id,
        key_id,
        secret,
        till.id,
        till.number,
        till.training,
        till.edition_id,
        device.revoked_at,
        vouched=login is None or (active and login.revoked_at is None and login.expires_at > utcnow()),
        vouched_until=login.expires_at if login else None,
    )


def admit(till_id: int, key_id: str, *, user_id: int, login_id: int, server_key: str) -> TillDevice:
    """Somebody signed in on a till's device, which a restore may have forgotten: its journal may come.

    Raises NotFound for a key that is not of this till.
    """
    readmit(till_id, key_id, user_id, server_key)
    return vouch_for(till_id, key_id, login_id)


def readmit(till_id: int, key_id: str | None, user_id: int, server_key: str) -> TillDevice | None:
    """Register again the device of a key that a restore forgot; None when there is nothing to do.

    Whoever invents a key gains nothing: only the browser that was told its secret can sign with it.
    """
    till = db.session.get(Till, till_id)
    if till is None or key_id is None or not _is_uuid(key_id):
        return None
    if db.session.scalar(select(TillDevice.id).where(TillDevice.key_id == key_id)) is not None:
        return None
    return _register(till, key_id, user_id, server_key)


def vouch_for(till_id: int, key_id: str, login_id: int) -> TillDevice:
    """Somebody signed in again on a till's device: its journal may come. Raises NotFound."""
    device = db.session.scalars(
        select(TillDevice).where(TillDevice.key_id == key_id, TillDevice.till_id == till_id)
    ).one_or_none()
    if device is None:
        raise NotFound("Cette caisse ne connaît pas cet appareil.")
    device.login_id = login_id
    db.session.flush()
    return device


@dataclass(frozen=True, slots=True)
class PingFacts:
    """What a till says of itself: entries it still holds and the moment of the oldest, its highest number,
    the version of its page, and its health ({"persisted": bool, "scan_ms": {…}, "payment_ms": {…}, …})."""

    pending: int
    oldest_pending_at: datetime | None
    last_seq: int
    version: str
    health: dict[str, Any]


def note_ping(key: DeviceKey, facts: PingFacts) -> None:
    """Remember it, and when; what went wrong at the till since its last word goes to the log."""
    device = db.session.get_one(TillDevice, key.device_id)
    now = utcnow()
    tell_troubles(key.till_number, device.health, facts.health)
    tell_expiring(key, device.last_seen_at, now)
    device.last_seen_at = now
    device.pending_count, device.oldest_pending_at = facts.pending, facts.oldest_pending_at
    device.last_seq = max(device.last_seq, facts.last_seq)
    device.app_version, device.health = facts.version, facts.health
    db.session.flush()


def entries_held(device_id: int) -> int:
    """How many entries of this device are here, those kept raw left out."""
    count = select(func.count()).where(
        JournalEntry.device_id == device_id, JournalEntry.verdict != Verdict.QUARANTINED
    )
    return db.session.scalar(count) or 0


def last_seq(till_id: int) -> int:
    """The highest number known of a till's journal: received, or announced by one of its devices."""
    received = select(func.max(JournalEntry.seq)).where(JournalEntry.till_id == till_id)
    announced = select(func.max(TillDevice.last_seq)).where(TillDevice.till_id == till_id)
    return max(db.session.scalar(received) or 0, db.session.scalar(announced) or 0)


def own_seq(device_id: int) -> int:
    """The highest number a device itself wrote or announced: one that knows less forgot what it wrote."""
    received = select(func.max(JournalEntry.seq)).where(JournalEntry.device_id == device_id)
    announced = select(TillDevice.last_seq).where(TillDevice.id == device_id)
    return max(db.session.scalar(received) or 0, db.session.scalar(announced) or 0)


def _find_valid(till_id: int, key_id: str | None) -> TillDevice | None:
    if key_id is None:
        return None
    return db.session.scalars(
        select(TillDevice).where(
            TillDevice.key_id == key_id, TillDevice.till_id == till_id, TillDevice.revoked_at.is_(None)
        )
    ).one_or_none()


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _register(till: Till, key_id: str, user_id: int, server_key: str) -> TillDevice:
    secret = keys.secret_of(till.id, key_id, server_key)
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
