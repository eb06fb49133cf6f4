"""What each depositor is owed, and how it was paid. All amounts in cents."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import Model, UtcDateTime, enum_column
from app.deposits.models import Registration
from app.editions.models import EditionOwned


class PayoutState(enum.StrEnum):
    COMPUTED = "computed"
    SLIP_READY = "slip_ready"
    APPROVED = "approved"
    PAID = "paid"
    ABSENT = "absent"


PAYOUT_STATE_LABELS = {
    PayoutState.COMPUTED: "Calculé",
    PayoutState.SLIP_READY: "Bordereau prêt",
    PayoutState.APPROVED: "Approuvé",
    PayoutState.PAID: "Payé",
    PayoutState.ABSENT: "Absent, à relancer",
}


class PayoutMethod(enum.StrEnum):
    CASH = "cash"
    CHEQUE = "cheque"
    TRANSFER = "transfer"


PAYOUT_METHOD_LABELS = {
    PayoutMethod.CASH: "Espèces",
    PayoutMethod.CHEQUE: "Chèque",
    PayoutMethod.TRANSFER: "Virement",
}


class Payout(EditionOwned, Model):
    """A registration without a payout is « à calculer ».

    Staleness is not stored: it is the difference between these figures and the sales of the moment.
    """

    __tablename__ = "payout"
    __table_args__ = (
        UniqueConstraint("registration_id", name="uq_payout_registration"),
        CheckConstraint("net_cents >= 0 and shortfall_cents >= 0", name="net_not_negative"),
        CheckConstraint(
            "net_cents - shortfall_cents = gross_cents - commission_cents - fees_cents + adjustments_cents",
            name="amounts_add_up",
        ),
        CheckConstraint(
            "state <> 'paid' or (method is not null and paid_at is not null)", name="paid_says_how"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    state: Mapped[PayoutState] = mapped_column(enum_column(PayoutState), index=True)
    sold_count: Mapped[int]
    gross_cents: Mapped[int]
    commission_cents: Mapped[int]
    fees_cents: Mapped[int]
    adjustments_cents: Mapped[int]
    net_cents: Mapped[int]
    shortfall_cents: Mapped[int]
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    method: Mapped[PayoutMethod | None] = mapped_column(enum_column(PayoutMethod))
    cheque_number: Mapped[str | None] = mapped_column(String(20))
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paid_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # The slip's PDF in the data directory (see app.operations.files).
    slip_file: Mapped[str | None] = mapped_column(String(200))
    registration: Mapped[Registration] = relationship()


Index("uq_payout_edition_cheque", Payout.edition_id, Payout.cheque_number, unique=True)


class PayoutAdjustment(EditionOwned, Model):
    """A signed correction of a depositor's payout, with its reason and author."""

    __tablename__ = "payout_adjustment"
    __table_args__ = (CheckConstraint("amount_cents <> 0", name="amount_not_zero"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    amount_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    author: Mapped[User] = relationship()
