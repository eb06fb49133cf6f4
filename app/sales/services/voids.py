"""Taking a sale back after its five minutes at the till: by a manager, from the drawer of an open session."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError, NotFound
from app.core.reasons import clean_reason
from app.deposits.services import stock
from app.editions.models import EditionState
from app.sales.conflict_rules import StillAtItsTill, belongs_to_its_till
from app.sales.models import (
    ConflictResolution,
    LineState,
    Payment,
    PaymentMethod,
    Sale,
    SaleLine,
    SaleVoid,
    SyncConflict,
    TillSession,
)
from app.sales.queries import paid_and_left
from app.sales.refund_rules import RefundWay, share_refund
from app.sales.services.facts import edition_facts
from app.sales.services.ownership import settle_items


class DrawerIsClosed(DomainError):
    """A refund leaves a drawer that is counted: that of a session under way."""

    def __init__(self) -> None:
        super().__init__(
            "Cette caisse n’est plus ouverte : choisissez la caisse ouverte dont le tiroir rend l’argent.",
            "session_id",
        )


class AlreadyVoid(Conflict):
    def __init__(self) -> None:
        super().__init__("Ces articles sont déjà annulés : rechargez la page.")


@dataclass(frozen=True, slots=True)
class RefundWish:
    """How money is to be given back: from the drawer of `session_id`; `typed` only for RefundWay.SPLIT."""

    session_id: int
    way: RefundWay
    typed: Mapping[PaymentMethod, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refund:
    """What the till named `till` has to give back, in cents by method."""

    till: str
    amounts: dict[PaymentMethod, int]


def void_lines(
    edition_id: int, sale_id: int, line_ids: Collection[int], reason: str, wish: RefundWish, by_id: int
) -> Refund:
    """A manager takes back lines of a sale; their items return to sale, the money leaves a drawer.

    Raises NotFound, StillAtItsTill, DrawerIsClosed, AlreadyVoid, and what `share_refund` raises.
    """
    reason = clean_reason(reason)
    # Locks in the order of everybody: edition, session, then items.
    state = edition_facts(edition_id).state
    drawer = lock_drawer(edition_id, wish.session_id)
    sale = _get_sale(edition_id, sale_id)
    selling = db.session.get(TillSession, sale.session_id) if sale.session_id else None
    if belongs_to_its_till(sale.sold_at, utcnow(), selling is not None and selling.closed_at is None):
        raise StillAtItsTill(sale.till.name)
    lines = lock_lines(sale.id, line_ids)
    return give_back(state, sale, lines, drawer, reason, wish, by_id)


def lock_drawer(edition_id: int, session_id: int) -> TillSession:
    """The open session whose drawer gives the money back, which cannot be counted meanwhile."""
    session = db.session.scalars(
        select(TillSession)
        .where(TillSession.id == session_id, TillSession.edition_id == edition_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if session is None or session.closed_at is not None or session.till.training:
        raise DrawerIsClosed
    return session


def lock_lines(sale_id: int, line_ids: Collection[int]) -> list[SaleLine]:
    """These lines of a sale and their items, as they are and stay until the commit; NotFound for others."""
    chosen = (SaleLine.sale_id == sale_id, SaleLine.id.in_(line_ids))
    item_ids = db.session.scalars(select(SaleLine.item_id).where(*chosen))
    stock.lock_items(item_id for item_id in item_ids if item_id)
    lines = db.session.scalars(
        select(SaleLine)
        .where(*chosen)
        .order_by(SaleLine.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not lines or len(lines) != len(set(line_ids)):
        raise NotFound("Ces articles ne sont pas dans cette vente.")
    return list(lines)


def give_back(
    state: EditionState,
    sale: Sale,
    lines: Sequence[SaleLine],
    drawer: TillSession,
    reason: str,
    wish: RefundWish,
    by_id: int,
) -> Refund:
    """Void these locked lines, refund their price, return their items. Raises AlreadyVoid."""
    if any(line.state is LineState.VOID for line in lines):
        raise AlreadyVoid
    due = sum(line.price_cents for line in lines)
    amounts = share_refund(wish.way, due, paid_and_left(sale.id), wish.typed)
    void = SaleVoid(
        edition_id=sale.edition_id, sale_id=sale.id, by_id=by_id, reason=reason, voided_at=utcnow()
    )
    db.session.add(void)
    db.session.flush()
    for line in lines:
        line.state, line.active_item_id, line.void_id = LineState.VOID, None, void.id
    _pay_back(sale, void, drawer, amounts)
    db.session.flush()
    items = stock.lock_items(line.item_id for line in lines if line.item_id)
    settle_items(items, sale.id)
    if state is EditionState.SETTLING:
        stock.end_sale(items)
    _note_refunded(lines, reason, by_id)
    audit.record(
        "sale.voided",
        f"sale:{sale.id}",
        actor_id=by_id,
        reason=reason,
        lines=[line.id for line in lines],
        refund={method.value: cents for method, cents in amounts.items()},
        session_id=drawer.id,
    )
    return Refund(drawer.till.name, amounts)


def _get_sale(edition_id: int, sale_id: int) -> Sale:
    sale = db.session.scalars(
        select(Sale).where(Sale.id == sale_id, Sale.edition_id == edition_id)
    ).one_or_none()
    if sale is None:
        raise NotFound("Cette vente n’existe pas dans cette édition.")
    return sale


def _pay_back(sale: Sale, void: SaleVoid, drawer: TillSession, amounts: Mapping[PaymentMethod, int]) -> None:
    db.session.add_all(
        Payment(
            edition_id=sale.edition_id,
            sale_id=sale.id,
            session_id=drawer.id,
            void_id=void.id,
            method=method,
            amount_cents=-cents,
            at=void.voided_at,
        )
        for method, cents in amounts.items()
    )


def _note_refunded(lines: Sequence[SaleLine], reason: str, by_id: int) -> None:
    """Lines that had lost their item: this refund settles their conflict, whatever screen it came from."""
    conflicts = db.session.scalars(
        select(SyncConflict)
        .where(SyncConflict.loser_line_id.in_([line.id for line in lines]))
        .where(SyncConflict.resolution.is_(None) | (SyncConflict.resolution == ConflictResolution.UNCLAIMED))
        .execution_options(populate_existing=True)
    )
    for conflict in conflicts:
        conflict.resolution, conflict.note = ConflictResolution.REFUNDED, reason
        conflict.resolved_at, conflict.resolved_by_id = utcnow(), by_id
    db.session.flush()
