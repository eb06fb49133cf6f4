"""Who is on call (seed §6.3)."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import CodeString, Model, enum_column
from app.monitoring.escalation import Availability, OnCallRole


class OnCallContact(Model):
    """Somebody to be told of alerts; `phone` in E.164, it or `email` may be empty, not both."""

    __tablename__ = "on_call_contact"
    __table_args__ = (CheckConstraint("phone <> '' or email <> ''", name="can_be_reached"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[OnCallRole] = mapped_column(enum_column(OnCallRole), index=True)
    name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(CodeString(20), default="")
    email: Mapped[str] = mapped_column(CodeString(254), default="")
    availability: Mapped[Availability] = mapped_column(enum_column(Availability))
