"""Reading tills: their sessions, what the drawer should hold, and how they are doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User, UserSession
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.editions.models import Till
from app.sales.models import (
    Payment,
    PaymentMethod,
    SaleTally,
    ServerEpoch,
    TillDevice,
    TillSession,
    TillShift,
)
from app.sales.rules import expected_cash


@dataclass(frozen=True, slots=True)
class TillState:
    """A till as the hall sees it; amounts in cents.

    `pending`: entries its device said it has not sent, the oldest of them at `oldest_pending_at`.
    `last_seen_at`: its last ping. `session_id` and `volunteer` are None while it is closed.
    """

    till_id: int
    number: int
    training: bool
    session_id: int | None
    volunteer_id: int | None
    volunteer: str | None
    opened_at: datetime | None
    last_seen_at: datetime | None
    pending: int
    oldest_pending_at: datetime | None
    sales: int
    amount_cents: int
    # Whether its journal agreed with ours when last compared; None when it never was.
    agrees: bool | None = None
    # Nobody is signed in any more on its device: what it sells waits there (AUTH_WAIT).
    waits_for_login: bool = False

    @property
    def name(self) -> str:
        return "École" if self.training else f"C{self.number}"

    @property
    def is_open(self) -> bool:
        return self.session_id is not None


@dataclass(frozen=True, slots=True)
class _DeviceState:
    last_seen_at: datetime | None
    pending: int
    oldest_pending_at: datetime | None
    agrees: bool | None = None
    waits_for_login: bool = False


def get_till(till_id: int) -> Till:
    """A till by id; raises NotFound."""
    till = db.session.get(Till, till_id)
    if till is None:
        raise NotFound("Cette caisse n’existe pas.")
    return till


def open_session_of(till_id: int) -> TillSession | None:
    """The session under way at a till."""
    return db.session.scalars(
        select(TillSession)
        .options(joinedload(TillSession.volunteer), joinedload(TillSession.till))
        .where(TillSession.open_till_id == till_id)
    ).one_or_none()


def expected_by_method(session: TillSession) -> dict[str, int]:
    """What a session should hold per payment method, in cents: cash includes the opening float."""
    rows = db.session.execute(
        select(Payment.method, func.sum(Payment.amount_cents))
        .where(Payment.session_id == session.id)
        .group_by(Payment.method)
    )
    sums = dict.fromkeys((method.value for method in PaymentMethod), 0)
    sums.update({method.value: int(cents) for method, cents in rows})
    cash = PaymentMethod.CASH.value
    sums[cash] = expected_cash(session.opening_float_cents, sums[cash])
    return sums


def till_states(edition_id: int) -> list[TillState]:
    """Every till of an edition with its session, its last contact and its sales so far, by number."""
    tills = db.session.scalars(select(Till).where(Till.edition_id == edition_id).order_by(Till.number)).all()
    sessions = _open_sessions(edition_id)
    devices = _devices(edition_id)
    sold = _sold(edition_id)
    unknown = _DeviceState(None, 0, None)
    states = []
    for till in tills:
        session, volunteer = sessions.get(till.id, (None, None))
        device = devices.get(till.id, unknown)
        sales, amount_cents = sold.get(till.id, (0, 0))
        states.append(
            TillState(
                till.id,
                till.number,
                till.training,
                session.id if session else None,
                session.volunteer_id if session else None,
                volunteer,
                session.opened_at if session else None,
                device.last_seen_at,
                device.pending,
                device.oldest_pending_at,
                sales,
                amount_cents,
                device.agrees,
                device.waits_for_login,
            )
        )
    return states


def list_sessions(edition_id: int) -> Sequence[TillSession]:
    """All sessions of an edition with their till and volunteer, newest first."""
    return db.session.scalars(
        select(TillSession)
        .options(joinedload(TillSession.volunteer), joinedload(TillSession.till))
        .where(TillSession.edition_id == edition_id)
        .order_by(TillSession.opened_at.desc())
    ).all()


def session_at_till(till_id: int) -> dict[str, Any] | None:
    """The session under way, as told to the till's page: {uuid, device, volunteer, by, opened_at}; `by` sells
    now, on the device with this key id: null when none does, or it was given up."""
    session = open_session_of(till_id)
    if session is None:
        return None
    seller = seller_at(session)
    device = db.session.get(TillDevice, session.device_id) if session.device_id else None
    return {
        "uuid": session.uuid,
        "device": device.key_id if device is not None and device.revoked_at is None else None,
        "volunteer": seller.full_name,
        "by": seller.id,
        "opened_at": session.opened_at.isoformat(),
    }


def seller_at(session: TillSession) -> User:
    """Who sells in a session now: the last to take a turn, else who opened it."""
    turn = db.session.scalars(
        select(TillShift)
        .options(joinedload(TillShift.volunteer))
        .where(TillShift.session_id == session.id)
        .order_by(TillShift.id.desc())
        .limit(1)
    ).one_or_none()
    return turn.volunteer if turn else session.volunteer


def server_epoch() -> str:
    """Names this life of the database; another after a restore."""
    value = db.session.scalar(select(ServerEpoch.value).order_by(ServerEpoch.id.desc()).limit(1))
    return value or ""


def _open_sessions(edition_id: int) -> dict[int, tuple[TillSession, str]]:
    rows = db.session.execute(
        select(TillSession, User)
        .join(User, User.id == TillSession.volunteer_id)
        .where(TillSession.edition_id == edition_id, TillSession.open_till_id.is_not(None))
    )
    return {session.till_id: (session, user.full_name) for session, user in rows}


def _devices(edition_id: int) -> dict[int, _DeviceState]:
    """Per till: the latest contact, what all its devices together still hold, and how the latest one is."""
    rows = db.session.execute(
        select(TillDevice, UserSession)
        .outerjoin(UserSession, UserSession.id == TillDevice.login_id)
        .where(TillDevice.edition_id == edition_id)
        .order_by(TillDevice.id)
    )
    states: dict[int, _DeviceState] = {}
    for device, login in rows:
        before = states.get(device.till_id, _DeviceState(None, 0, None))
        ended = login is not None and (login.revoked_at is not None or login.expires_at <= utcnow())
        states[device.till_id] = _DeviceState(
            last_seen_at=max(filter(None, (before.last_seen_at, device.last_seen_at)), default=None),
            pending=before.pending + device.pending_count,
            oldest_pending_at=min(
                filter(None, (before.oldest_pending_at, device.oldest_pending_at)), default=None
            ),
            agrees=(device.reconciliation or {}).get("agrees"),
            waits_for_login=ended,
        )
    return states


def _sold(edition_id: int) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        select(SaleTally.till_id, func.sum(SaleTally.sales), func.sum(SaleTally.amount_cents))
        .where(SaleTally.edition_id == edition_id)
        .group_by(SaleTally.till_id)
    )
    return {till_id: (int(sales), int(cents)) for till_id, sales, cents in rows}
