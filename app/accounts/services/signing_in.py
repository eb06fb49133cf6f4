"""Who somebody is, by e-mail and password, with the lock after five failures."""

import structlog
from sqlalchemy import select

from app.accounts.models import User, UserSession
from app.accounts.passwords import hash_password, needs_new_hash, password_matches
from app.accounts.rules import is_locked, lock_after
from app.core.audit import record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound

log = structlog.get_logger()


def authenticate(email: str, password: str) -> User | None:
    """The person with this e-mail and password; None for everything else, told apart by nobody outside.

    Unknown, disabled and locked accounts answer as a wrong password does, and take as long. The caller
    commits in both cases: failures are counted. The row is locked while it counts, so that guesses sent
    together are counted one by one. The password is checked before, outside any transaction, so that nobody
    waits for it: what the session holds unsaved is dropped, hence call this first.
    """
    address = email.strip().lower()
    stored = db.session.scalar(select(User.password_hash).where(User.email == address))
    db.session.rollback()
    matches = password_matches(stored, password)
    renewed = hash_password(password) if matches and stored and needs_new_hash(stored) else None
    now = utcnow()
    user = db.session.scalars(select(User).where(User.email == address).with_for_update()).one_or_none()
    if user is None or not user.active or is_locked(user.locked_until, now):
        known = {"user_id": str(user.id), "reason": "closed"} if user else {"reason": "unknown"}
        log.error("auth.failed", **known)
        return None
    if user.password_hash != stored:  # changed this very moment
        matches, renewed = password_matches(user.password_hash, password), None
    if not matches:
        user.failed_logins += 1
        user.locked_until = lock_after(user.failed_logins, now)
        if user.locked_until:
            user.failed_logins = 0
            record("account.locked", f"user:{user.id}", until=user.locked_until.isoformat())
        log.error("auth.failed", user_id=str(user.id), reason="password", locked=bool(user.locked_until))
        return None
    user.failed_logins, user.locked_until = 0, None
    if renewed:
        user.password_hash = renewed
    record("account.signed_in", f"user:{user.id}", actor_id=user.id)
    return user


def revoke_session(user: User, session_id: int) -> None:
    """Sign one of the person's own devices out. Raises NotFound for anybody else's."""
    session = db.session.scalars(
        select(UserSession).where(UserSession.id == session_id, UserSession.user_id == user.id)
    ).one_or_none()
    if session is None:
        raise NotFound("Cet appareil n’est plus connecté.")
    session.revoked_at = session.revoked_at or utcnow()
