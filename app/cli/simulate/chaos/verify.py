"""Whether the database holds what the tills wrote: each sale once, one owner per item, every cent."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from app.cli.simulate.chaos.owners import owners, sales_of, tills_of
from app.cli.simulate.figures import Line
from app.cli.simulate.journal import Journal, Ticket
from app.core import audit
from app.core.db import db
from app.sales.models import (
    PAYMENT_LABELS,
    JournalEntry,
    Payment,
    PaymentMethod,
    Sale,
    SaleVoid,
    Verdict,
)
from app.sales.services.reconciliation import summary_of


def compare_with_database(journals: Sequence[Journal]) -> list[Line]:
    """Everything these tills wrote against what is stored of them. In an application's context."""
    return [
        *_journals(journals),
        *_sales(journals),
        *_money(journals),
        *owners(journals),
        Line("Journal d’audit : rupture", 0, audit.verify().broken_at or 0, counted=True),
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
    sales = sales_of(journals)
    right = [sale for sale in sales if sale.uuid in tickets and _is(sale, tickets[sale.uuid])]
    yield Line("Ventes au serveur", len(tickets), len(sales), counted=True)
    yield Line(
        "Ventes au serveur, chacune une fois", len(tickets), len({s.uuid for s in right}), counted=True
    )
    stored = list(
        db.session.scalars(
            select(Sale.uuid)
            .join(SaleVoid, SaleVoid.sale_id == Sale.id)
            .where(Sale.till_id.in_(tills_of(journals)))
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
