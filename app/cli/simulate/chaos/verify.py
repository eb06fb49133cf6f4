"""Whether the database holds what the tills wrote: each sale once, one owner per item, every cent."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select

from app.cli.simulate.figures import Line
from app.cli.simulate.journal import Journal, Ticket
from app.core import audit
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.editions.models import Till
from app.sales.models import (
    PAYMENT_LABELS,
    JournalEntry,
    LineState,
    Payment,
    PaymentMethod,
    Sale,
    SaleLine,
    SaleVoid,
    SyncConflict,
    Verdict,
)
from app.sales.services.reconciliation import summary_of


def compare_with_database(journals: Sequence[Journal]) -> list[Line]:
    """Everything these tills wrote against what is stored of them. In an application's context."""
    return [
        *_journals(journals),
        *_sales(journals),
        *_money(journals),
        *_owners(journals),
        Line("Journal d'audit : rupture", 0, audit.verify().broken_at or 0, counted=True),
    ]


def _journals(journals: Sequence[Journal]) -> Iterator[Line]:
    """Each entry as it was written, under its number, none kept raw."""
    for journal in journals:
        rows = list(db.session.scalars(select(JournalEntry).where(JournalEntry.till_id == journal.till_id)))
        written = {(entry.uuid, entry.hash, entry.payload) for entry in journal.entries}
        held = Counter((row.uuid, row.payload_hash, row.payload) for row in rows)
        raw = sum(row.verdict is Verdict.QUARANTINED for row in rows)
        numbers = sorted(row.seq or 0 for row in rows)
        name = f"C{journal.number}"
        yield Line(f"{name}, écritures au journal", len(journal.entries), len(rows), counted=True)
        yield Line(f"{name}, écritures telles quelles", len(written), len(written & set(held)), counted=True)
        yield Line(f"{name}, écritures en double", 0, held.total() - len(held), counted=True)
        yield Line(f"{name}, écritures mises de côté", 0, raw, counted=True)
        unbroken = numbers == list(range(1, journal.last_seq + 1))
        yield Line(f"{name}, numéros sans trou", 1, int(unbroken), counted=True)
        stored = sum(
            summary_of(device).sum_cents for device in {row.device_id for row in rows if row.device_id}
        )
        yield Line(f"{name}, somme du journal", journal.worth(journal.entries), stored)


def _sales(journals: Sequence[Journal]) -> Iterator[Line]:
    tickets = {ticket.uuid: ticket for journal in journals for ticket in journal.tickets}
    voids = [void for journal in journals for void in journal.cancellations]
    sales = _sales_of(journals)
    right = [sale for sale in sales if sale.uuid in tickets and _is(sale, tickets[sale.uuid])]
    yield Line("Ventes au serveur", len(tickets), len(sales), counted=True)
    yield Line(
        "Ventes au serveur, chacune une fois", len(tickets), len({s.uuid for s in right}), counted=True
    )
    stored = list(
        db.session.scalars(
            select(Sale.uuid)
            .join(SaleVoid, SaleVoid.sale_id == Sale.id)
            .where(Sale.till_id.in_(_of(journals)))
        )
    )
    same = Counter(stored) == Counter(void.ticket for void in voids)
    yield Line("Annulations au serveur", len(voids), len(stored), counted=True)
    yield Line("Annulations des mêmes ventes", 1, int(same), counted=True)


def _is(sale: Sale, ticket: Ticket) -> bool:
    lines = sorted((line.code, line.price_cents) for line in sale.lines)
    return (sale.seq, sale.total_cents, lines) == (ticket.seq, ticket.total, sorted(ticket.lines))


def _money(journals: Sequence[Journal]) -> Iterator[Line]:
    for journal in journals:
        for method, taken in journal.taken().items():
            stored = (
                select(func.coalesce(func.sum(Payment.amount_cents), 0))
                .join(Sale, Sale.id == Payment.sale_id)
                .where(Sale.till_id == journal.till_id, Payment.method == method)
            )
            yield Line(
                f"C{journal.number}, {PAYMENT_LABELS[PaymentMethod(method)].lower()}",
                taken,
                int(db.session.scalar(stored) or 0),
            )


def _owners(journals: Sequence[Journal]) -> Iterator[Line]:
    """The owner of an item is the first of those who paid for it: time as corrected, till, number, uuid."""
    tickets = {ticket.uuid: ticket for journal in journals for ticket in journal.tickets}
    times = _times(journals, tickets)
    claims = _claims(journals, times)
    codes = {code for ticket in tickets.values() for code, _ in ticket.lines}
    items = select(Item).where(
        Item.code.in_(codes), Item.edition_id.in_(select(Till.edition_id).where(Till.id.in_(_of(journals))))
    )
    owners = _owners_by_code(items)
    first = {code: min(rivals)[3] for code, rivals in claims.items()}
    agreed = sum(owners[code] == [owner] for code, owner in first.items())
    yield Line("Articles vendus", len(first), len(owners), counted=True)
    yield Line("Articles au premier qui a payé", len(first), agreed, counted=True)
    states = {item.code: item.state for item in db.session.scalars(items)}
    right = sum(states[code] is (ItemState.SOLD if code in first else ItemState.ON_SALE) for code in codes)
    yield Line("Articles dans le bon état", len(codes), right, counted=True)
    twice = sum(len(rivals) - 1 for rivals in claims.values())
    lines = select(func.count()).where(
        SaleLine.item_id.in_(items.with_only_columns(Item.id)), SaleLine.state == LineState.CONFLICT
    )
    yield Line("Payés en trop : lignes", twice, db.session.scalar(lines) or 0, counted=True)
    conflicts = select(func.count()).where(
        SyncConflict.item_id.in_(items.with_only_columns(Item.id)), SyncConflict.resolved_at.is_(None)
    )
    yield Line("Payés en trop : conflits ouverts", twice, db.session.scalar(conflicts) or 0, counted=True)
    wrong = sum(sale.sold_at != times.get(sale.uuid) for sale in _sales_of(journals))
    yield Line("Ventes à une autre heure", 0, wrong, counted=True)


def _times(journals: Sequence[Journal], tickets: Mapping[str, Ticket]) -> dict[str, datetime]:
    """When each sale was made, as the rule has it: the till's time, never after its reception."""
    return {
        sale.uuid: min(tickets[sale.uuid].at, sale.received_at)
        for sale in _sales_of(journals)
        if sale.uuid in tickets
    }


def _claims(
    journals: Sequence[Journal], times: Mapping[str, datetime]
) -> dict[str, list[tuple[datetime, int, int, str]]]:
    """Who paid for each code and was not given it back."""
    claims: dict[str, list[tuple[datetime, int, int, str]]] = defaultdict(list)
    for journal in journals:
        for ticket, kept in journal.standing():
            for code in kept:
                at = times.get(ticket.uuid, ticket.at)
                claims[code].append((at, ticket.till, ticket.seq, ticket.uuid))
    return claims


def _owners_by_code(items: Select[Item]) -> dict[str, list[str]]:
    rows = db.session.execute(
        select(Item.code, Sale.uuid)
        .join(SaleLine, SaleLine.active_item_id == Item.id)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .where(Item.id.in_(items.with_only_columns(Item.id)))
    )
    found: dict[str, list[str]] = defaultdict(list)
    for code, sale in rows:
        found[str(code)].append(sale)
    return found


def _sales_of(journals: Sequence[Journal]) -> list[Sale]:
    return list(db.session.scalars(select(Sale).where(Sale.till_id.in_(_of(journals)))))


def _of(journals: Sequence[Journal]) -> list[int]:
    return [journal.till_id for journal in journals]
