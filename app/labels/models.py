"""Labels beyond the first print: blank ones kept in reserve, and what went wrong with labels."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, enum_column
from app.deposits.models import Item
from app.editions.models import EditionOwned


class SpareLabel(EditionOwned, Model):
    """A blank label printed in advance; bound to an item, its code names that item beside the item's own."""

    __tablename__ = "spare_label"
    # Like an item's own code: edition numbers come back once an edition is archived.
    __table_args__ = (UniqueConstraint("edition_id", "code", name="uq_spare_label_edition_code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(CodeString(10))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    bound_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bound_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    item: Mapped[Item | None] = relationship()


class LabelTrouble(enum.StrEnum):
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    MISSING = "missing"


class LabelOutcome(enum.StrEnum):
    """What was done about it."""

    SOLD_BY_HAND = "sold_by_hand"
    REPRINTED = "reprinted"
    SPARE = "spare"


TROUBLE_LABELS = {
    LabelTrouble.MISSING: "Absente",
    LabelTrouble.UNREADABLE: "Illisible",
    LabelTrouble.DAMAGED: "Abîmée",
}
OUTCOME_LABELS = {
    LabelOutcome.SOLD_BY_HAND: "Vendu sans étiquette",
    LabelOutcome.REPRINTED: "Réimprimée",
    LabelOutcome.SPARE: "Étiquette de réserve",
}


class LabelIncident(EditionOwned, Model):
    """A label that did not do its work (RUN-002): counted, and told to managers when it repeats itself."""

    __tablename__ = "label_incident"
    __table_args__ = (Index("ix_label_incident_edition_at", "edition_id", "reported_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    # Empty when the item was not found either.
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    till_id: Mapped[int | None] = mapped_column(ForeignKey("till.id"))
    trouble: Mapped[LabelTrouble] = mapped_column(enum_column(LabelTrouble))
    outcome: Mapped[LabelOutcome | None] = mapped_column(enum_column(LabelOutcome))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    # Empty when a till could not say who sold.
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    item: Mapped[Item | None] = relationship()
