"""Choosing a password: one's own, by a link from an e-mail, or for somebody from the command line."""

import secrets
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import select, update

from app.accounts.mails import send_not_activated, send_password_changed, send_reset
from app.accounts.models import PasswordReset, Role, User
from app.accounts.passwords import hash_password, known_bad_words, password_matches
from app.accounts.rules import RESET_LIFETIME, check_new_password, link_is_usable
from app.accounts.sessions import close_all_sessions, hash_token
from app.core.audit import record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError

log = structlog.get_logger()
DEAD_LINK = "Ce lien a déjà servi ou n’est plus valable : demandez-en un nouveau."


def set_password(user: User, password: str, *, actor_id: int | None = None) -> None:
    """Give a person a new password: checked, kept as a hash; every session of theirs ends.

    Raises DomainError on the field `password`.
    """
    check_new_password(password, known_bad_words(), (user.first_name, user.last_name, user.email))
    user.password_hash = hash_password(password)
    user.failed_logins, user.locked_until = 0, None
    user.activated_at = user.activated_at or utcnow()
    _withdraw_links(user)
    close_all_sessions(user.id)
    db.session.flush()
    record("account.password_changed", f"user:{user.id}", actor_id=actor_id)


def change_own_password(user: User, current: str, password: str) -> None:
    """Raises DomainError on `current` when the present password is wrong, else as `set_password`.

    Every session ends, this one too: the caller opens a new one.
    """
    if not password_matches(user.password_hash, current):
        log.error("auth.failed", user_id=str(user.id), reason="current_password")
        raise DomainError("Ce n’est pas votre mot de passe actuel.", "current")
    set_password(user, password, actor_id=user.id)
    send_password_changed(user)


def request_password_reset(email: str, make_link: Callable[[str], str]) -> None:
    """Send the person a link by which to choose a password; says nothing about who has an account.

    `make_link` turns a token into the full address of the page. A depositor who never accepted their
    invitation gets a message about it instead: an account begins with their consent.
    """
    user = db.session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()
    if user is None or not user.active:
        return
    if user.activated_at is None and user.role is Role.DEPOSITOR:
        send_not_activated(user)
        return
    send_reset(user, make_link(issue_link(user, RESET_LIFETIME)))
    record("account.reset_requested", f"user:{user.id}")


def reset_password(token: str, password: str) -> User:
    """Use a link once. Raises DomainError without a field when it is dead, on `password` when refused."""
    reset = db.session.scalars(
        select(PasswordReset).where(PasswordReset.token_hash == hash_token(token)).with_for_update()
    ).one_or_none()
    if (
        reset is None
        or not reset.user.active
        or not link_is_usable(reset.used_at, reset.expires_at, utcnow())
    ):
        raise DomainError(DEAD_LINK)
    set_password(reset.user, password, actor_id=reset.user_id)
    send_password_changed(reset.user)
    return reset.user


def issue_link(user: User, lifetime: timedelta) -> str:
    """The token of a new single-use link; those sent before stop working."""
    _withdraw_links(user)
    token = secrets.token_urlsafe(32)
    db.session.add(
        PasswordReset(user_id=user.id, token_hash=hash_token(token), expires_at=utcnow() + lifetime)
    )
    db.session.flush()
    return token


def _withdraw_links(user: User) -> None:
    unused = update(PasswordReset).where(PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
    db.session.execute(unused.values(used_at=utcnow()))
