"""Registrations, lists, items, and the day they are brought in."""

import enum
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, enum_column
from app.editions.models import Edition, EditionOwned, ListKind, Slot


class RegistrationSource(enum.StrEnum):
    BILLETWEB = "billetweb"
    INVITATION = "invitation"
    DESK = "desk"


class MemberNumber(Model):
    """The number 1000–1999 a member keeps for life, across editions."""

    __tablename__ = "member_number"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    user: Mapped[User] = relationship()


class Registration(EditionOwned, Model):
    """One depositor in one edition. A depositor deposits once per edition."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("edition_id", "user_id", name="uq_registration_edition_user"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"), index=True)
    list_kind: Mapped[ListKind] = mapped_column(enum_column(ListKind), index=True)
    source: Mapped[RegistrationSource] = mapped_column(enum_column(RegistrationSource))
    order_reference: Mapped[str | None] = mapped_column(String(40))
    # For lists 2000: the member whose number + 1000 these lists bear. Empty until a manager says who.
    sponsor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    comment: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    sponsor: Mapped[User | None] = relationship(foreign_keys=[sponsor_id])
    slot: Mapped[Slot | None] = relationship()
    edition: Mapped[Edition] = relationship()
    lists: Mapped[list["ItemList"]] = relationship(
        back_populates="registration", order_by="(ItemList.number, ItemList.rank)"
    )
    check_in: Mapped["CheckIn | None"] = relationship(back_populates="registration")


class InvitationState(enum.StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Invitation(EditionOwned, Model):
    """A link to activate one's account for an edition: 7 days, single use, only its hash is kept.

    Sending again replaces the token, so the former link stops working.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("edition_id", "user_id", name="uq_invitation_edition_user"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(CodeString(64), unique=True)
    state: Mapped[InvitationState] = mapped_column(enum_column(InvitationState), index=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    send_count: Mapped[int] = mapped_column(default=1)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship()
    edition: Mapped[Edition] = relationship()


class BilletwebUpload(EditionOwned, Model):
    """An export a manager sent, its rows kept until they are imported, and how its labels are understood.

    The mappings of the last upload are the first proposal for the next one.
    """

    __tablename__ = "billetweb_upload"
    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(String(120))
    # Where its rows are kept (see app.operations.kept_exports); empty once imported.
    stored: Mapped[str | None] = mapped_column(String(200))
    # {"Samedi 14h": 12}: label of the export → id of the slot; {"Tarif réduit": "standard"}: label → kind.
    slot_mapping: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    tariff_mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    job_id: Mapped[str | None] = mapped_column(CodeString(36))


class ListState(enum.StrEnum):
    DRAFT = "draft"
    VALIDATED = "validated"


class LabelStatus(enum.StrEnum):
    NOT_GENERATED = "not_generated"
    GENERATED = "generated"
    PRINTED = "printed"


class ItemList(EditionOwned, Model):
    """A sheet of at most 24 items.

    A standard list has a number of its own. Lists 1000 and 2000 of one member share the member's number
    and differ by `rank`; their lines go on from one list to the next, so number + line is always unique.
    """

    __tablename__ = "item_list"
    __table_args__ = (UniqueConstraint("edition_id", "number", "rank", name="uq_item_list_number_rank"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    # Empty only for lists 2000 whose member is not known yet.
    number: Mapped[int | None]
    rank: Mapped[int] = mapped_column(default=1)
    state: Mapped[ListState] = mapped_column(enum_column(ListState), default=ListState.DRAFT, index=True)
    validated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    terms_version: Mapped[str | None] = mapped_column(String(20))
    unlocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unlocked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    unlock_reason: Mapped[str | None] = mapped_column(String(200))
    label_status: Mapped[LabelStatus] = mapped_column(
        enum_column(LabelStatus), default=LabelStatus.NOT_GENERATED, index=True
    )
    labels_generated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    labels_generated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    labels_printed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    labels_printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    registration: Mapped[Registration] = relationship(back_populates="lists")
    items: Mapped[list["Item"]] = relationship(back_populates="item_list", order_by="Item.position")


class ItemState(enum.StrEnum):
    DRAFT = "draft"
    DECLARED = "declared"
    ON_SALE = "on_sale"
    SOLD = "sold"
    UNSOLD = "unsold"
    RETURNED = "returned"
    DONATED = "donated"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MISSING = "missing"


ITEM_STATE_LABELS = {
    ItemState.DRAFT: "Brouillon",
    ItemState.DECLARED: "Déclaré",
    ItemState.ON_SALE: "En vente",
    ItemState.SOLD: "Vendu",
    ItemState.UNSOLD: "Invendu",
    ItemState.RETURNED: "Rendu",
    ItemState.DONATED: "Donné",
    ItemState.REFUSED: "Refusé au dépôt",
    ItemState.WITHDRAWN: "Retiré de la vente",
    ItemState.MISSING: "Introuvable",
}


class Item(EditionOwned, Model):
    """One thing for sale, unique. `line` and `code` are given when its list is validated, then frozen."""

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint("price_cents > 0", name="price_positive"),
        CheckConstraint("pieces between 1 and 99", name="pieces_positive"),
        Index("ix_item_edition_state", "edition_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("item_list.id"), index=True)
    # Order within the list, from 1; the category order is applied when an item is added or moved. 0 for an
    # item the depositor gave up after its label was made: withdrawn, so that its code names nothing else.
    position: Mapped[int]
    line: Mapped[int | None]
    # Ten digits; unique over all editions still live because it begins with the edition's number.
    code: Mapped[str | None] = mapped_column(CodeString(10), index=True)
    category: Mapped[str] = mapped_column(CodeString(40))
    type: Mapped[str] = mapped_column(CodeString(60))
    gender: Mapped[str] = mapped_column(CodeString(20), default="")
    size: Mapped[str] = mapped_column(String(20), default="")
    brand: Mapped[str] = mapped_column(String(40), default="")
    colour: Mapped[str] = mapped_column(String(30), default="")
    description: Mapped[str] = mapped_column(String(100), default="")
    price_cents: Mapped[int]
    pieces: Mapped[int] = mapped_column(default=1)
    max_age_months: Mapped[int | None]
    conforms: Mapped[bool] = mapped_column(default=False)
    donate_if_unsold: Mapped[bool] = mapped_column(default=False)
    # The unsold item of a former edition this one was made from; each is taken over once.
    taken_over_from_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), unique=True)
    state: Mapped[ItemState] = mapped_column(enum_column(ItemState), default=ItemState.DRAFT)
    state_reason: Mapped[str | None] = mapped_column(String(200))
    state_changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    # When its depositor came for what was not sold: given back, or given away with it by their wish.
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, onupdate=utcnow)
    item_list: Mapped[ItemList] = relationship(back_populates="items")


Index("uq_item_edition_code", Item.edition_id, Item.code, unique=True)
Index("uq_item_list_line", Item.list_id, Item.line, unique=True)


class CheckIn(EditionOwned, Model):
    """The deposit of one registration: what was verified, by whom, and the depositor's signature."""

    __tablename__ = "check_in"
    __table_args__ = (UniqueConstraint("registration_id", name="uq_check_in_registration"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    identity_checked: Mapped[bool] = mapped_column(default=False)
    envelope_checked: Mapped[bool] = mapped_column(default=False)
    first_volunteer: Mapped[str] = mapped_column(String(80))
    second_volunteer: Mapped[str] = mapped_column(String(80))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    late: Mapped[bool] = mapped_column(default=False)
    # An SVG path drawn on screen, or empty when the depositor signed on paper.
    signature_path: Mapped[str] = mapped_column(Text, default="")
    accepted_count: Mapped[int] = mapped_column(default=0)
    refused_count: Mapped[int] = mapped_column(default=0)
    completed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    registration: Mapped[Registration] = relationship(back_populates="check_in")


class CatalogueChange(EditionOwned, Model):
    """An item whose selling facts changed (on sale, sold, void, withdrawn, price): what tills follow.

    Written in the transaction of the change. Tills ask for what came after the last id they saw.
    """

    __tablename__ = "catalogue_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
