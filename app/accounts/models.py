"""People and their sessions."""

import enum
from datetime import UTC, datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, enum_column


class Role(enum.StrEnum):
    DEPOSITOR = "depositor"
    VOLUNTEER = "volunteer"
    MANAGER = "manager"
    TREASURER = "treasurer"
    ADMIN = "admin"


ROLE_LABELS = {
    Role.DEPOSITOR: "Déposant",
    Role.VOLUNTEER: "Bénévole",
    Role.MANAGER: "Gestionnaire",
    Role.TREASURER: "Trésorier",
    Role.ADMIN: "Administrateur",
}


class User(UserMixin, Model):  # type: ignore[misc]
    """One person, one e-mail, one role.

    `deposits` is true once the person holds a registration: a volunteer who also sells keeps one account
    and reaches the depositor's screens too.
    """

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(CodeString(254), unique=True)
    role: Mapped[Role] = mapped_column(enum_column(Role), index=True)
    first_name: Mapped[str] = mapped_column(String(80))
    last_name: Mapped[str] = mapped_column(String(80), index=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(10))
    city: Mapped[str | None] = mapped_column(String(80))
    deposits: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(CodeString(200))
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    active: Mapped[bool] = mapped_column(default=True)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consent_version: Mapped[str | None] = mapped_column(String(20))
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    # The token of the session this request came with (not a column); what the cookie holds.
    session_token = ""
    # Until when that session lasts (not a column).
    session_expires_at = datetime.max.replace(tzinfo=UTC)

    def get_id(self) -> str:
        return self.session_token

    @property
    def is_active(self) -> bool:
        return self.active

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[self.role]

    @property
    def roles(self) -> frozenset[Role]:
        """Every role this person acts in."""
        return frozenset({self.role, Role.DEPOSITOR}) if self.deposits else frozenset({self.role})


class UserSession(Model):
    """A signed-in browser; its random token lives in the cookie, only the hash here. Revocable."""

    __tablename__ = "user_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(CodeString(64), unique=True)
    # What its owner recognises it by: "Firefox sous Windows".
    device: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship()


class PasswordReset(Model):
    """A single-use link sent by e-mail; only its hash is kept."""

    __tablename__ = "password_reset"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(CodeString(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship()
