"""One item sold at several tills: the same owner whatever the order of arrival (scenario 21)."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import CatalogueChange, Item, ItemState
from app.deposits.queries.catalogue import changes_since
from app.deposits.services.stock import withdraw
from app.editions.models import EditionState
from app.sales.models import (
    JournalEntry,
    Payment,
    Sale,
    SaleLine,
    SyncConflict,
)
from app.sales.services.journal import ReceivedEntry, receive_entry
from tests.factories import TillFactory, list_on_sale
from tests.support.till import TestTill


@pytest.fixture
def hall(app: Flask) -> tuple[list[TestTill], list[Item]]:
    item_list = list_on_sale(3)
    edition = item_list.registration.edition
    tills = [TestTill(TillFactory(edition=edition, number=number)) for number in (1, 2, 3)]
    return tills, item_list.items


def outcome() -> dict[str, Any]:
    """Everything that must not depend on the order of arrival."""
    db.session.expire_all()
    lines = db.session.execute(
        select(Sale.uuid, SaleLine.code, SaleLine.state, SaleLine.active_item_id)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .order_by(Sale.uuid, SaleLine.code)
    ).all()
    conflicts = db.session.execute(select(SyncConflict).where(SyncConflict.resolved_at.is_(None))).scalars()
    return {
        "lines": [tuple(row) for row in lines],
        "verdicts": sorted(
            (entry.uuid, entry.verdict, tuple(entry.details.get("conflicts", [])))
            for entry in db.session.scalars(select(JournalEntry))
        ),
        "conflicts": sorted((c.loser_line.sale.uuid, c.winner_line.sale.uuid, c.item_id) for c in conflicts),
        "items": sorted((item.id, item.state) for item in db.session.scalars(select(Item))),
        "money": sorted((p.method, p.amount_cents) for p in db.session.scalars(select(Payment))),
    }


@contextmanager
def undone() -> Iterator[None]:
    """Within, commits go to a savepoint that is given up at the end."""
    connection = cast(Connection, db.engines[None])
    db.session.close()
    savepoint = connection.begin_nested()
    yield
    db.session.close()
    savepoint.rollback()


def play_every_order(entries: list[tuple[TestTill, ReceivedEntry]], count: int) -> list[dict[str, Any]]:
    """The outcome after each order of arrival that keeps each till's own order."""
    outcomes = []
    devices = {till: till.device for till, _ in entries}
    for order in itertools.permutations(entries):
        if any(
            [e for t, e in order if t is till] != [e for t, e in entries if t is till] for till in devices
        ):
            continue
        with undone():
            for till, entry in order:
                receive_entry(devices[till], entry)
            outcomes.append(outcome())
    assert len(outcomes) == count
    return outcomes


@pytest.mark.slow
def test_three_sales_of_one_item_have_the_same_owner_in_every_order(hall) -> None:
    tills, items = hall
    now = utcnow() - timedelta(hours=1)
    code = items[0].code
    entries = [
        (till, till.sale((code, 450), (items[1].code, 450), at=now + timedelta(seconds=delay)))
        for till, delay in zip(tills, (20, 10, 30), strict=True)
    ]
    outcomes = play_every_order(entries, 6)
    assert all(each == outcomes[0] for each in outcomes)
    first = entries[1][1].uuid
    owners = {uuid for uuid, _, _, active in outcomes[0]["lines"] if active}
    assert owners == {first}
    assert len(outcomes[0]["conflicts"]) == 4
    assert {winner for _, winner, _ in outcomes[0]["conflicts"]} == {first}
    assert sum(cents for _, cents in outcomes[0]["money"]) == 3 * 900


@pytest.mark.slow
def test_an_exact_tie_is_decided_by_the_till(hall) -> None:
    tills, items = hall
    at = utcnow() - timedelta(hours=1)
    entries = [(till, till.sale((items[0].code, 450), at=at)) for till in tills]
    outcomes = play_every_order(entries, 6)
    assert all(each == outcomes[0] for each in outcomes)
    assert [uuid for uuid, _, _, active in outcomes[0]["lines"] if active] == [entries[0][1].uuid]


@pytest.mark.slow
def test_voids_converge_too(hall) -> None:
    tills, items = hall
    now = utcnow() - timedelta(hours=1)
    first, second, _ = tills
    code = items[0].code
    sale = first.sale((code, 450), (items[1].code, 450), at=now)
    void = first.void(sale, code, refund=450, at=now + timedelta(minutes=1))
    other = second.sale((code, 450), at=now + timedelta(seconds=30))
    late = tills[2].sale((code, 450), at=now + timedelta(seconds=50))
    outcomes = play_every_order([(first, sale), (first, void), (second, other), (tills[2], late)], 12)
    assert all(each == outcomes[0] for each in outcomes)
    owners = {(uuid, c) for uuid, c, _, active in outcomes[0]["lines"] if active}
    assert owners == {(other.uuid, code), (sale.uuid, items[1].code)}
    assert [(loser, winner) for loser, winner, _ in outcomes[0]["conflicts"]] == [(late.uuid, other.uuid)]


def test_voiding_the_only_sale_puts_the_item_back(hall) -> None:
    tills, items = hall
    till = tills[0]
    sale = till.sale((items[0].code, 450))
    receive_entry(till.device, sale)
    receive_entry(till.device, till.void(sale, items[0].code, refund=450))
    db.session.expire_all()
    assert items[0].state is ItemState.ON_SALE
    assert outcome()["conflicts"] == []
    assert db.session.scalar(select(Payment.amount_cents).where(Payment.void_id.is_not(None))) == -450


def test_a_till_that_voids_what_it_had_lost_hears_that_the_item_is_still_sold(hall) -> None:
    """Its page put the article back on sale when it wrote the void."""
    (first, second, _), items = hall
    receive_entry(first.device, first.sale((items[0].code, 450), at=utcnow() - timedelta(minutes=2)))
    lost = second.sale((items[0].code, 450))
    receive_entry(second.device, lost)
    known = db.session.scalar(select(func.max(CatalogueChange.id)))
    receive_entry(second.device, second.void(lost, items[0].code, refund=450))
    assert changes_since(items[0].edition_id, known).item_ids == (items[0].id,)
    db.session.expire_all()
    assert items[0].state is ItemState.SOLD


def test_an_item_voided_after_the_sale_is_unsold_like_the_others(hall) -> None:
    tills, items = hall
    sale = tills[0].sale((items[0].code, 450))
    receive_entry(tills[0].device, sale)
    items[0].item_list.registration.edition.state = EditionState.SETTLING
    db.session.commit()
    receive_entry(tills[0].device, tills[0].void(sale, items[0].code, refund=450))
    db.session.expire_all()
    assert items[0].state is ItemState.UNSOLD


def test_a_withdrawn_item_sold_and_voided_is_withdrawn_again(hall) -> None:
    tills, items = hall
    withdraw(items[0], "taché")
    db.session.commit()
    sale = tills[0].sale((items[0].code, 450))
    verdict = receive_entry(tills[0].device, sale)
    assert "not_on_sale" in [flag["code"] for flag in verdict.details["flags"]]
    db.session.expire_all()
    assert items[0].state is ItemState.SOLD
    receive_entry(tills[0].device, tills[0].void(sale, items[0].code, refund=450))
    db.session.expire_all()
    assert items[0].state is ItemState.WITHDRAWN
