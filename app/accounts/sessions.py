"""Signed-in browsers: opened at sign-in, found at each request, revocable one by one or all at once."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import joinedload

from app.accounts.models import Role, User, UserSession
from app.core.clock import utcnow
from app.core.db import db

# 6-quality.md, Security: depositors 24 h, staff 8 h.
DEPOSITOR_LIFETIME = timedelta(hours=24)
STAFF_LIFETIME = timedelta(hours=8)
# Somebody at work this shortly before the end will soon be asked to sign in: the log tells.
EXPIRES_SOON = timedelta(minutes=30)
# Put together once, for every request asks it.
_BY_TOKEN = (
    select(UserSession)
    .options(joinedload(UserSession.user))
    .where(UserSession.token_hash == bindparam("token_hash"))
)


def hash_token(token: str) -> str:
    """What the database keeps of a random token (sessions, resets, invitations)."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(user: User, device: str = "") -> str:
    """A new session for this person; returns its token, which only the cookie keeps.

    `device` is what they recognise it by: "Firefox sous Windows".
    """
    token = secrets.token_urlsafe(32)
    lifetime = DEPOSITOR_LIFETIME if user.role is Role.DEPOSITOR else STAFF_LIFETIME
    expires_at = utcnow() + lifetime
    db.session.add(
        UserSession(user_id=user.id, token_hash=hash_token(token), device=device[:80], expires_at=expires_at)
    )
    db.session.flush()
    user.session_token = token
    return token


def find_user_by_session(token: str) -> User | None:
    """The person signed in with this token, unless it expired or was revoked, or the account is disabled."""
    session = db.session.scalars(_BY_TOKEN, {"token_hash": hash_token(token)}).one_or_none()
    if session is None or session.revoked_at is not None or session.expires_at <= utcnow():
        return None
    if not session.user.active:
        return None
    session.user.session_token, session.user.session_expires_at = token, session.expires_at
    return session.user


def session_id(token: str) -> int:
    """The row of the session with this token, for what it vouches for beside the browser."""
    return db.session.scalars(select(UserSession.id).where(UserSession.token_hash == hash_token(token))).one()


def close_session(token: str) -> None:
    db.session.execute(
        update(UserSession).where(UserSession.token_hash == hash_token(token)).values(revoked_at=utcnow())
    )


def close_all_sessions(user_id: int) -> None:
    """Sign a person out everywhere (new password, role changed, account disabled)."""
    statement = update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    db.session.execute(statement.values(revoked_at=utcnow()))
