"""What a journal entry means: a sale with its lines and payments, or a void with its refund."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item, ItemState
from app.deposits.services import stock
from app.editions.models import EditionState
from app.labels.models import LabelOutcome, LabelTrouble
from app.labels.queries.spares import named_by_spares
from app.labels.services import report_incident
from app.sales.entries import SaleEntry, VoidEntry, line_name
from app.sales.models import (
    JournalEntry,
    LineState,
    Payment,
    Sale,
    SaleLine,
    SaleOrigin,
    SaleVoid,
    TillSession,
    TillShift,
)
from app.sales.rules import (
    Flag,
    ItemFacts,
    SessionFacts,
    period_at,
    sale_flags,
    settled_time,
    time_flags,
    void_flags,
)
from app.sales.services.facts import DeviceKey, EditionFacts
from app.sales.services.ownership import settle_items
from app.sales.services.tallies import keep_tallies


class UnknownSale(NotFound):
    """A void of a sale the server does not have."""

    def __init__(self) -> None:
        super().__init__("La vente à annuler est inconnue.")


def record_sales(
    sales: Sequence[tuple[JournalEntry, SaleEntry]],
    till_id: int,
    edition: EditionFacts,
    session: TillSession | None,
    *,
    entered_by_id: int | None = None,
) -> list[list[Flag]]:
    """Store paid sales of one session and settle who owns their items; returns what is odd about each.

    `entered_by_id`: who typed them in from a paper sheet; None for a till's own.
    """
    codes = [line.code for _, entry in sales for line in entry.lines if line.code]
    items = _lock_items(edition.id, codes)
    facts = {code: ItemFacts(item.price_cents, item.state) for code, item in items.items()}
    contested = _contested(items, codes)
    made = [_sale(row, entry, till_id, edition, session, entered_by_id) for row, entry in sales]
    db.session.add_all(made)
    db.session.flush()
    _add_lines(made, sales, items, contested)
    _add_payments(made, sales)
    stock.mark_sold(item for item in set(items.values()) if item.id not in contested)
    disputed = {item.id: item for item in items.values() if item.id in contested}
    sale_ids = [sale.id for sale in made]
    if disputed:
        settle_items(list(disputed.values()), *sale_ids)
    else:
        keep_tallies(sale_ids)
    for sale, (_, entry) in zip(made, sales, strict=True):
        _note_missing_labels(sale, entry, items)
    session_facts = _session_facts(session)
    return [
        sale_flags(entry, facts, edition.number)
        + time_flags(entry, row.received_at, session_facts, edition.periods)
        for row, entry in sales
    ]


def _contested(items: Mapping[str, Item], codes: Sequence[str]) -> set[int]:
    """Ids of these locked items that more than one paid line claims, or that were taken as sold before."""
    named = Counter(items[code].id for code in codes if code in items)
    claimed = select(SaleLine.item_id).where(
        SaleLine.item_id.in_(named.keys()), SaleLine.state != LineState.VOID
    )
    known = {item_id for item_id in db.session.scalars(claimed) if item_id} if named else set()
    sold = {item.id for item in items.values() if item.state is ItemState.SOLD}
    return known | sold | {item_id for item_id, times in named.items() if times > 1}


def _sale(
    row: JournalEntry,
    entry: SaleEntry,
    till_id: int,
    edition: EditionFacts,
    session: TillSession | None,
    entered_by_id: int | None,
) -> Sale:
    sold_at = settled_time(entry.at, row.received_at)
    period = period_at(sold_at, edition.periods)
    return Sale(
        edition_id=edition.id,
        entry_id=row.id,
        till_id=till_id,
        session_id=session.id if session else None,
        volunteer_id=_seller(entry, session),
        uuid=entry.uuid,
        seq=entry.seq,
        sold_at=sold_at,
        received_at=row.received_at,
        total_cents=entry.total_cents,
        private_period=period is not None and period.private,
        offline=entry.offline,
        origin=SaleOrigin.TILL if entered_by_id is None else SaleOrigin.PAPER,
        entered_by_id=entered_by_id,
    )


def _add_lines(
    made: Sequence[Sale],
    sales: Sequence[tuple[JournalEntry, SaleEntry]],
    items: Mapping[str, Item],
    contested: Collection[int],
) -> None:
    """The lines of each sale, in order. What is contested is nobody's yet: settling gives it to the first."""
    lines = []
    for sale, (_, entry) in zip(made, sales, strict=True):
        for line in entry.lines:
            item_id = items[line.code].id if line.code in items else None
            free = item_id not in contested
            lines.append(
                {
                    "edition_id": sale.edition_id,
                    "sale_id": sale.id,
                    "item_id": item_id,
                    "active_item_id": item_id if free else None,
                    "code": line.code,
                    "description": line.text or None,
                    "price_cents": line.price_cents,
                    "state": LineState.ACTIVE if free else LineState.CONFLICT,
                }
            )
    _write(SaleLine, lines)


def _add_payments(made: Sequence[Sale], sales: Sequence[tuple[JournalEntry, SaleEntry]]) -> None:
    payments = [
        {
            "edition_id": sale.edition_id,
            "sale_id": sale.id,
            "session_id": sale.session_id,
            "method": payment.method,
            "amount_cents": payment.amount_cents,
            "tendered_cents": payment.tendered_cents,
            "at": sale.sold_at,
        }
        for sale, (_, entry) in zip(made, sales, strict=True)
        for payment in entry.payments
    ]
    _write(Payment, payments)


def _write(model: type[SaleLine | Payment], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(model), rows, execution_options={"edition_id": rows[0]["edition_id"]})


def _note_missing_labels(sale: Sale, entry: SaleEntry, items: Mapping[str, Item]) -> None:
    """What was found by search, or not at all, had no label that could be read."""
    for line in entry.lines:
        if line.text or (line.by_hand and line.code in items):
            report_incident(
                sale.edition_id,
                items[line.code].id if line.code else None,
                LabelTrouble.MISSING,
                LabelOutcome.SOLD_BY_HAND,
                sale.volunteer_id,
                till_id=sale.till_id,
                at=sale.sold_at,
            )


def _lock_items(edition_id: int, codes: list[str]) -> dict[str, Item]:
    """The items these labels name, spare labels too, by the code that was sent."""
    spares = named_by_spares(edition_id, codes)
    items = stock.lock_items_by_code(edition_id, [spares.get(code, code) for code in codes])
    return {code: items[spares.get(code, code)] for code in codes if spares.get(code, code) in items}


def record_void(
    row: JournalEntry,
    entry: VoidEntry,
    device: DeviceKey,
    edition: EditionFacts,
    session: TillSession | None,
) -> list[Flag]:
    """Void lines of a sale of this till, give their items back, record the refund. Raises UnknownSale."""
    sale = db.session.scalars(
        select(Sale).where(Sale.uuid == entry.sale_uuid, Sale.till_id == device.till_id)
    ).one_or_none()
    if sale is None:
        raise UnknownSale
    chosen = _lines_given_back(sale, entry)
    items = stock.lock_items(line.item_id for line in chosen.values() if line.item_id)
    voided_at = settled_time(entry.at, row.received_at)
    void = SaleVoid(
        edition_id=edition.id,
        entry_id=row.id,
        sale_id=sale.id,
        by_id=_seller(entry, session),
        reason=entry.reason,
        voided_at=voided_at,
    )
    db.session.add(void)
    db.session.flush()
    # As they are now that their items are locked, and stay: a line without a label has none.
    lines = _lines_by_name(sale, lock=True)
    prices = {
        name: None if line.state is LineState.VOID else line.price_cents for name, line in lines.items()
    }
    for name, line in lines.items():
        if name in chosen and line.state is not LineState.VOID:
            line.state, line.active_item_id, line.void_id = LineState.VOID, None, void.id
    _refund(sale, void, entry, session, voided_at)
    db.session.flush()
    settle_items(items, sale.id)
    if edition.state is EditionState.SETTLING:
        stock.end_sale(items)
    # The till's page put them back on sale: it must hear of those that are somebody else's, or gone.
    stock.announce_change([item for item in items if item.state is not ItemState.ON_SALE])
    flags = void_flags(entry, sale.sold_at, prices)
    if session is None or session.id != sale.session_id:
        flags.append(Flag("other_session", "Annulée dans une autre session que celle de la vente."))
    return flags + time_flags(entry, row.received_at, _session_facts(session), edition.periods)


def _lines_by_name(sale: Sale, *, lock: bool = False) -> dict[str, SaleLine]:
    lines = (
        select(SaleLine)
        .where(SaleLine.sale_id == sale.id)
        .order_by(SaleLine.id)
        .execution_options(populate_existing=True)
    )
    found = db.session.scalars(lines.with_for_update() if lock else lines)
    return {line_name(line.code, place): line for place, line in enumerate(found)}


def _lines_given_back(sale: Sale, entry: VoidEntry) -> dict[str, SaleLine]:
    return {name: line for name, line in _lines_by_name(sale).items() if name in entry.line_names}


def _seller(entry: SaleEntry | VoidEntry, session: TillSession | None) -> int | None:
    """Who sold: the person the till names if they took a turn in this session, else its volunteer."""
    if session is None or entry.by_id in (None, session.volunteer_id):
        return session.volunteer_id if session else None
    turn = select(TillShift.id).where(
        TillShift.session_id == session.id, TillShift.volunteer_id == entry.by_id
    )
    return session.volunteer_id if db.session.scalar(turn.limit(1)) is None else entry.by_id


def _refund(sale: Sale, void: SaleVoid, entry: VoidEntry, session: TillSession | None, at: datetime) -> None:
    db.session.add_all(
        Payment(
            edition_id=sale.edition_id,
            sale_id=sale.id,
            session_id=session.id if session else None,
            void_id=void.id,
            method=refund.method,
            amount_cents=-refund.amount_cents,
            at=at,
        )
        for refund in entry.refunds
    )


def _session_facts(session: TillSession | None) -> SessionFacts | None:
    return SessionFacts(session.opened_at, session.closed_at) if session else None
