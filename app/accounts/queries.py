"""Reading accounts."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.models import PasswordReset, Role, User, UserSession
from app.accounts.sessions import hash_token
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.core.search import alphabetical, contains

PAGE_SIZE = 50


@dataclass(frozen=True)
class UserPage:
    """One page of the people found."""

    users: list[User]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE_SIZE))


def get_user(user_id: int) -> User:
    """One person by id; raises NotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("Ce compte n’existe pas.")
    return user


def find_user(email: str) -> User | None:
    return db.session.scalars(select(User).where(User.email == email.strip().lower())).one_or_none()


def search_users(
    text: str = "", role: Role | None = None, active: bool | None = None, page: int = 1
) -> UserPage:
    """People whose name or e-mail holds every word typed, by name, fifty a page."""
    found = select(User)
    for word in text.split():
        columns = (User.first_name, User.last_name, User.email)
        found = found.where(or_(*(contains(column, word) for column in columns)))
    if role is not None:
        found = found.where(User.role == role)
    if active is not None:
        found = found.where(User.active.is_(active))
    count = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = min(max(page, 1), max(1, -(-count // PAGE_SIZE)))
    ordered = found.order_by(alphabetical(User.last_name), alphabetical(User.first_name), User.id)
    rows = db.session.scalars(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return UserPage(list(rows), count, page)


def open_sessions(user: User) -> list[UserSession]:
    """The devices the person is signed in on, newest first."""
    return list(
        db.session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user.id,
                UserSession.revoked_at.is_(None),
                UserSession.expires_at > utcnow(),
            )
            .order_by(UserSession.created_at.desc())
        )
    )


def find_password_link(token: str) -> PasswordReset | None:
    """The link of this token, used or not, with its person."""
    return db.session.scalars(
        select(PasswordReset)
        .options(joinedload(PasswordReset.user))
        .where(PasswordReset.token_hash == hash_token(token))
    ).one_or_none()
