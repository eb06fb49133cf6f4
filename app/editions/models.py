"""An edition of the sale, its calendar, its tills and its own copy of the rulebook."""

import enum
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from app.core.clock import utcnow
from app.core.db import Model, UtcDateTime, enum_column
from app.editions.rulebook import Rulebook


class EditionState(enum.StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    FROZEN = "frozen"
    SELLING = "selling"
    SETTLING = "settling"
    CLOSED = "closed"
    ARCHIVED = "archived"


STATE_LABELS = {
    EditionState.DRAFT: "Création",
    EditionState.OPEN: "Inscriptions ouvertes",
    EditionState.FROZEN: "Articles gelés",
    EditionState.SELLING: "Vente active",
    EditionState.SETTLING: "Restitution et reversements",
    EditionState.CLOSED: "Clôturée",
    EditionState.ARCHIVED: "Archivée",
}
READ_ONLY_STATES = frozenset({EditionState.CLOSED, EditionState.ARCHIVED})


class ListKind(enum.StrEnum):
    STANDARD = "standard"
    MEMBER = "1000"
    FAMILY = "2000"


LIST_KIND_LABELS = {
    ListKind.STANDARD: "Standard",
    ListKind.MEMBER: "Adhérent (1000)",
    ListKind.FAMILY: "Famille d’adhérent (2000)",
}


class StoredRulebook(TypeDecorator[Rulebook]):
    """A rulebook in JSON, written once and parsed once: the same text gives the same object."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Rulebook | None], str | None]:
        return lambda book: None if book is None else book.as_stored

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Rulebook | None]:
        return lambda text: None if text is None else Rulebook.stored(text)


class Edition(Model):
    __tablename__ = "edition"
    __table_args__ = (
        CheckConstraint("number between 1 and 99", name="number_two_digits"),
        CheckConstraint("commission_bp between 0 and 10000", name="commission_is_a_rate"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    number: Mapped[int]
    # Equals `number` until the edition is archived, then NULL: numbers are unique among live editions.
    live_number: Mapped[int | None] = mapped_column(unique=True)
    state: Mapped[EditionState] = mapped_column(enum_column(EditionState), default=EditionState.DRAFT)
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    place: Mapped[str] = mapped_column(String(120), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    declaration_deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sale_starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sale_ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    restitution_ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    commission_bp: Mapped[int] = mapped_column(default=2000)
    rulebook: Mapped[Rulebook] = mapped_column("rulebook_data", StoredRulebook)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]

    @property
    def is_read_only(self) -> bool:
        return self.state in READ_ONLY_STATES


class EditionOwned:
    """Mixin of every table whose rows belong to one edition; what `guard.py` protects once closed."""

    @declared_attr
    @classmethod
    def edition_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("edition.id"), index=True)


class Slot(EditionOwned, Model):
    """A time window in which depositors bring their items. `members` slots are for lists 1000 and 2000."""

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("edition_id", "label", name="uq_slot_edition_label"),
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(80))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Places; None where everybody may come (the evenings of the members).
    capacity: Mapped[int | None]
    residents_only: Mapped[bool] = mapped_column(default=False)
    members_only: Mapped[bool] = mapped_column(default=False)


class PeriodKind(enum.StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class SalePeriod(EditionOwned, Model):
    __tablename__ = "sale_period"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PeriodKind] = mapped_column(enum_column(PeriodKind))
    label: Mapped[str] = mapped_column(String(80))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PickupTime(EditionOwned, Model):
    """When unsold items of one kind of list are given back."""

    __tablename__ = "pickup_time"
    __table_args__ = (UniqueConstraint("edition_id", "list_kind", name="uq_pickup_time_edition_kind"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    list_kind: Mapped[ListKind] = mapped_column(enum_column(ListKind))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Till(EditionOwned, Model):
    """A numbered place where items are sold; devices and sessions come and go on it."""

    __tablename__ = "till"
    __table_args__ = (
        UniqueConstraint("edition_id", "number", name="uq_till_edition_number"),
        CheckConstraint("number between 1 and 99", name="number_positive"),
        Index("ix_till_training", "edition_id", "training"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    # A training till sells made-up items; nothing it does reaches real figures.
    training: Mapped[bool] = mapped_column(default=False)
    edition: Mapped[Edition] = relationship()

    @property
    def name(self) -> str:
        return "École" if self.training else f"C{self.number}"
