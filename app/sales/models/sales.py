"""What the journal means: sales with their lines and payments, voids, items paid twice. Never deleted."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, enum_column
from app.deposits.models import Item
from app.editions.models import EditionOwned, Till


class PaymentMethod(enum.StrEnum):
    CASH = "cash"
    CARD = "card"
    CHEQUE = "cheque"


PAYMENT_LABELS = {
    PaymentMethod.CASH: "Espèces",
    PaymentMethod.CARD: "Carte",
    PaymentMethod.CHEQUE: "Chèque",
}


class SaleOrigin(enum.StrEnum):
    TILL = "till"
    PAPER = "paper"


class Sale(EditionOwned, Model):
    """One customer, one receipt. Always stored once paid; voids and conflicts are told by its lines."""

    __tablename__ = "sale"
    __table_args__ = (
        UniqueConstraint("till_id", "uuid", name="uq_sale_till_uuid"),
        Index("ix_sale_till_id_sold_at", "till_id", "sold_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    till_id: Mapped[int] = mapped_column(ForeignKey("till.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("till_session.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    uuid: Mapped[str] = mapped_column(CodeString(36))
    seq: Mapped[int]
    # Corrected time of the sale (the till's clock plus its measured offset), UTC.
    sold_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    total_cents: Mapped[int]
    private_period: Mapped[bool] = mapped_column(default=False)
    offline: Mapped[bool] = mapped_column(default=False)
    # Typed in from a paper till sheet by somebody, or sent by a till.
    origin: Mapped[SaleOrigin] = mapped_column(
        enum_column(SaleOrigin), default=SaleOrigin.TILL, server_default="till"
    )
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    lines: Mapped[list["SaleLine"]] = relationship(back_populates="sale", order_by="SaleLine.id")
    payments: Mapped[list["Payment"]] = relationship(back_populates="sale", order_by="Payment.id")
    till: Mapped[Till] = relationship()


class LineState(enum.StrEnum):
    ACTIVE = "active"
    VOID = "void"
    CONFLICT = "conflict"


class SaleLine(EditionOwned, Model):
    """One item of a sale at the price charged. `active_item_id` makes a second active sale impossible."""

    __tablename__ = "sale_line"
    __table_args__ = (
        CheckConstraint(
            "item_id is null or (state = 'active' and active_item_id is not null)"
            " or (state <> 'active' and active_item_id is null)",
            name="active_line_owns_its_item",
        ),
        Index("ix_sale_line_edition_state", "edition_id", "state"),
        Index("ix_sale_line_code", "code"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("sale.id"), index=True)
    # Empty for an item that could not be identified at the till, until somebody assigns it.
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    active_item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), unique=True)
    # Empty when the item had no label; `description` then says what was sold.
    code: Mapped[str] = mapped_column(CodeString(10))
    description: Mapped[str | None] = mapped_column(String(120))
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    price_cents: Mapped[int]
    state: Mapped[LineState] = mapped_column(enum_column(LineState))
    void_id: Mapped[int | None] = mapped_column(ForeignKey("sale_void.id"), index=True)
    sale: Mapped[Sale] = relationship(back_populates="lines")
    item: Mapped[Item | None] = relationship(foreign_keys=[item_id])


class Payment(EditionOwned, Model):
    """Money taken (positive) or given back (negative), by method, in one till session."""

    __tablename__ = "payment"
    id: Mapped[int] = mapped_column(primary_key=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("sale.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("till_session.id"), index=True)
    void_id: Mapped[int | None] = mapped_column(ForeignKey("sale_void.id"))
    method: Mapped[PaymentMethod] = mapped_column(enum_column(PaymentMethod))
    amount_cents: Mapped[int]
    # For cash: what the customer handed over; the change is tendered − amount.
    tendered_cents: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sale: Mapped[Sale] = relationship(back_populates="payments")


class SaleVoid(EditionOwned, Model):
    """The cancellation of some lines of a sale, with the refund it gave."""

    __tablename__ = "sale_void"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"), unique=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey("sale.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(String(200))
    voided_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConflictResolution(enum.StrEnum):
    """How an item paid twice was settled: the second buyer refunded, the line given to the item really
    sold, or nobody came back and the money stays."""

    REFUNDED = "refunded"
    REASSIGNED = "reassigned"
    UNCLAIMED = "unclaimed"


class SyncConflict(EditionOwned, Model):
    """Two paid sales of one item: which line keeps it, which is to be refunded."""

    __tablename__ = "sync_conflict"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    loser_line_id: Mapped[int] = mapped_column(ForeignKey("sale_line.id"), unique=True)
    winner_line_id: Mapped[int] = mapped_column(ForeignKey("sale_line.id"))
    detected_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    resolution: Mapped[ConflictResolution | None] = mapped_column(enum_column(ConflictResolution))
    note: Mapped[str | None] = mapped_column(String(300))
    item: Mapped[Item] = relationship()
    loser_line: Mapped[SaleLine] = relationship(foreign_keys=[loser_line_id])
    winner_line: Mapped[SaleLine] = relationship(foreign_keys=[winner_line_id])
