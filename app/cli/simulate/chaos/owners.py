"""Whose each item is, and what each hour brought, by the rules of 3-till.md and by the database."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select

from app.cli.simulate.figures import Line
from app.cli.simulate.journal import METHODS, Journal, Ticket
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.editions.models import Till
from app.sales.models import LineState, Sale, SaleLine, SaleTally, SyncConflict
from app.sales.rules import hour_of


def owners(journals: Sequence[Journal]) -> Iterator[Line]:
    """The owner of an item is the first of those who paid for it: time as corrected, till, number, uuid."""
    tickets = {ticket.uuid: ticket for journal in journals for ticket in journal.tickets}
    times = _times(journals, tickets)
    claims = _claims(journals, times)
    codes = {code for ticket in tickets.values() for code, _ in ticket.lines}
    items = select(Item).where(
        Item.code.in_(codes),
        Item.edition_id.in_(select(Till.edition_id).where(Till.id.in_(tills_of(journals)))),
    )
    found = _owners_by_code(items)
    first = {code: min(rivals)[3] for code, rivals in claims.items()}
    agreed = sum(found[code] == [owner] for code, owner in first.items())
    yield Line("Articles vendus", len(first), len(found), counted=True)
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
    yield from _hours(journals, times, first)
    wrong = sum(sale.sold_at != times.get(sale.uuid) for sale in sales_of(journals))
    yield Line("Ventes à une autre heure", 0, wrong, counted=True)


def _hours(
    journals: Sequence[Journal], times: Mapping[str, datetime], owners: Mapping[str, str]
) -> Iterator[Line]:
    """What each till sold and took in each hour, as the live figures have it."""
    expected: dict[tuple[int, datetime], Counter[str]] = defaultdict(Counter)
    for journal in journals:
        voids: dict[str, Counter[str]] = defaultdict(Counter)
        for void in journal.cancellations:
            voids[void.ticket][void.refund.method] -= void.refund.amount
        for ticket in journal.tickets:
            cell = expected[journal.till_id, hour_of(times.get(ticket.uuid, ticket.at))]
            owned = [price for code, price in ticket.lines if owners.get(code) == ticket.uuid]
            cell.update(sales=bool(owned), items=len(owned), cents=sum(owned))
            cell.update({paid.method: paid.amount for paid in ticket.payments})
            cell.update(voids[ticket.uuid])
    told = {(row.till_id, row.hour): row for row in _tallies(journals)}
    agreed = sum(cell in told and _says(told[cell], figures) for cell, figures in expected.items())
    yield Line("Heures de vente, chiffres en direct", len(expected), len(told), counted=True)
    yield Line("Heures de vente justes", len(expected), agreed, counted=True)


def _says(tally: SaleTally, figures: Counter[str]) -> bool:
    shown = (
        tally.sales,
        tally.items,
        tally.amount_cents,
        tally.cash_cents,
        tally.card_cents,
        tally.cheque_cents,
    )
    return shown == tuple(figures[name] for name in ("sales", "items", "cents", *METHODS))


def _tallies(journals: Sequence[Journal]) -> list[SaleTally]:
    return list(db.session.scalars(select(SaleTally).where(SaleTally.till_id.in_(tills_of(journals)))))


def _times(journals: Sequence[Journal], tickets: Mapping[str, Ticket]) -> dict[str, datetime]:
    """When each sale was made, as the rule has it: the till's time, never after its reception."""
    return {
        sale.uuid: min(tickets[sale.uuid].at, sale.received_at)
        for sale in sales_of(journals)
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


def sales_of(journals: Sequence[Journal]) -> list[Sale]:
    return list(db.session.scalars(select(Sale).where(Sale.till_id.in_(tills_of(journals)))))


def tills_of(journals: Sequence[Journal]) -> list[int]:
    return [journal.till_id for journal in journals]
