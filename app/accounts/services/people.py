"""Accounts opened, changed, disabled and opened again, by an administrator or the command line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.emails import normalise_email
from app.accounts.mails import send_reset, send_welcome
from app.accounts.models import Role, User
from app.accounts.rules import (
    RESET_LIFETIME,
    WELCOME_LIFETIME,
    check_administrator_remains,
    check_may_manage,
)
from app.accounts.services.passwords import issue_link, set_password
from app.accounts.sessions import close_all_sessions
from app.core.audit import record
from app.core.db import db
from app.core.errors import DomainError

TAKEN = "Un compte existe déjà avec cette adresse : cherchez-le dans la liste."


def create_user(
    email: str,
    role: Role,
    first_name: str,
    last_name: str,
    *,
    phone: str | None = None,
    password: str | None = None,
    actor_id: int | None = None,
) -> User:
    """Open an account; without a password nobody can sign in until a link was used.

    Raises DomainError on `email` (not an address, or taken) and on `password`.
    """
    address = normalise_email(email)
    _check_free(address, None)
    user = User(
        email=address,
        role=role,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        phone=phone or None,
    )
    with _unless_taken():
        db.session.add(user)
    record("account.created", f"user:{user.id}", actor_id=actor_id, role=role)
    if password is not None:
        set_password(user, password, actor_id=actor_id)
    return user


def update_user(
    user: User,
    *,
    email: str,
    first_name: str,
    last_name: str,
    phone: str | None,
    actor_id: int | None,
) -> None:
    """Change who the account belongs to and how to reach them. Raises DomainError on `email`."""
    address = normalise_email(email)
    _check_free(address, user.id)
    values = {
        "email": address,
        "first_name": first_name.strip(),
        "last_name": last_name.strip(),
        "phone": phone or None,
    }
    changed = sorted(name for name, value in values.items() if getattr(user, name) != value)
    with _unless_taken():
        for name in changed:
            setattr(user, name, values[name])
    if changed:
        record("account.changed", f"user:{user.id}", actor_id=actor_id, fields=changed)


def change_role(user: User, role: Role, *, actor_id: int | None = None) -> None:
    """Give another role; the person is signed out everywhere. Raises DomainError for oneself and for the
    last administrator."""
    if role is user.role:
        return
    check_may_manage(actor_id, user.id)
    check_administrator_remains(user.role, _other_administrators(user))
    record("account.role_changed", f"user:{user.id}", actor_id=actor_id, before=user.role, after=role)
    user.role = role
    close_all_sessions(user.id)


def disable_user(user: User, *, actor_id: int | None = None) -> None:
    """Close an account without losing what it did; the person is signed out everywhere."""
    if not user.active:
        return
    check_may_manage(actor_id, user.id)
    check_administrator_remains(user.role, _other_administrators(user))
    user.active = False
    close_all_sessions(user.id)
    record("account.disabled", f"user:{user.id}", actor_id=actor_id)


def enable_user(user: User, *, actor_id: int | None = None) -> None:
    """Open a disabled account again, and undo a lock."""
    user.active, user.failed_logins, user.locked_until = True, 0, None
    record("account.enabled", f"user:{user.id}", actor_id=actor_id)


def send_password_link(user: User, make_link: Callable[[str], str], *, actor_id: int | None = None) -> None:
    """E-mail a link by which to choose a password: seven days for a first one, an hour afterwards.

    `make_link` turns a token into the full address. Raises DomainError for a disabled account, and for a
    depositor who has not accepted their invitation: an account begins with their consent.
    """
    if not user.active:
        raise DomainError("Ce compte est désactivé : réactivez-le avant d’envoyer un lien.")
    if user.role is Role.DEPOSITOR and user.activated_at is None:
        raise DomainError("Ce déposant n’a pas encore accepté son invitation : renvoyez-la lui.")
    if user.password_hash is None:
        send_welcome(user, make_link(issue_link(user, WELCOME_LIFETIME)))
    else:
        send_reset(user, make_link(issue_link(user, RESET_LIFETIME)))
    record("account.link_sent", f"user:{user.id}", actor_id=actor_id)


def _check_free(address: str, own_id: int | None) -> None:
    holder = db.session.scalar(select(User.id).where(User.email == address))
    if holder is not None and holder != own_id:
        raise DomainError(TAKEN, "email")


@contextmanager
def _unless_taken() -> Iterator[None]:
    """Write what is changed within; somebody else may have taken the address since it was checked."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        raise DomainError(TAKEN, "email") from error


def _other_administrators(user: User) -> int:
    """Active administrators besides this one; their rows are locked, so that two of them demoting each
    other at once cannot leave none."""
    rows = db.session.scalars(
        select(User.id).where(User.role == Role.ADMIN, User.active).order_by(User.id).with_for_update()
    )
    return sum(user_id != user.id for user_id in rows)
