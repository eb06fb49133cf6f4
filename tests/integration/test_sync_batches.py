"""Sales that come together are stored together, and it makes no difference to anything but time."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.sales.models import JournalEntry, Sale, SaleLine
from tests.factories import TillFactory, list_on_sale
from tests.support.sales import tallies_of
from tests.support.till import TestTill


@pytest.fixture
def items(app: Any) -> list[Item]:
    return list_on_sale(6).items


@pytest.fixture
def till(items: list[Item]) -> TestTill:
    return TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=1))


def lines_kept() -> list[tuple[Any, ...]]:
    db.session.expire_all()
    lines = select(Sale.seq, SaleLine.code, SaleLine.state, SaleLine.active_item_id).join(Sale)
    return [tuple(row) for row in db.session.execute(lines.order_by(Sale.seq, SaleLine.id))]


@contextmanager
def statements() -> Iterator[list[str]]:
    """All but the INSERTs: SQLite tells the number of a new row one by one."""
    told: list[str] = []

    def listen(*args: Any) -> None:
        if not args[2].startswith("INSERT"):
            told.append(args[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    yield told
    event.remove(db.engine, "before_cursor_execute", listen)


def test_twenty_sales_together_cost_no_more_statements_than_two(client: FlaskClient) -> None:
    items = list_on_sale(24).items
    till = TestTill(TillFactory(edition=items[0].item_list.registration.edition))
    sales = [till.sale((item.code, 450)) for item in items]
    till.send(client, sales[0])
    with statements() as for_two:
        till.send(client, *sales[1:3])
    with statements() as for_many:
        answer = till.send(client, *sales[3:])
    assert {each["verdict"] for each in answer.json["verdicts"]} == {"confirmed"}
    assert len(for_many) <= len(for_two)
    assert [(seq, code, active) for seq, code, _, active in lines_kept()] == [
        (number, item.code, item.id) for number, item in enumerate(items, start=1)
    ]
    assert {item.state for item in items} == {ItemState.SOLD}
    edition_id = items[0].edition_id
    assert sum(tally[2] for tally in tallies_of(edition_id)) == 24


def test_an_item_sold_twice_in_a_batch_stays_with_the_first(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    earlier = utcnow() - timedelta(minutes=2)
    late = till.sale((items[0].code, 450), (items[1].code, 450))
    first = till.sale((items[0].code, 450), at=earlier)
    answer = till.send(client, late, first, till.sale((items[2].code, 450)))
    verdicts = answer.json["verdicts"]
    assert [each["verdict"] for each in verdicts] == ["confirmed_conflict", "confirmed", "confirmed"]
    assert verdicts[0]["details"]["conflicts"] == [items[0].code]
    owners = [(seq, active) for seq, _, _, active in lines_kept()]
    assert owners == [(1, None), (1, items[1].id), (2, items[0].id), (3, items[2].id)]


def test_what_is_no_new_sale_is_answered_in_its_place(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    known = till.sale((items[0].code, 450))
    till.send(client, known)
    second, third = till.sale((items[1].code, 450)), till.sale((items[2].code, 450))
    void = till.void(third, items[2].code, refund=450)
    forged = replace(till.sale((items[3].code, 450)), mac="0" * 64)
    last = till.sale((items[4].code, 450)), till.sale((items[2].code, 450))
    answer = till.send(client, known, second, third, void, forged, *last)
    verdicts = [each["verdict"] for each in answer.json["verdicts"]]
    assert verdicts == [*["confirmed"] * 4, "quarantined", "confirmed", "confirmed"]
    owners = [active for _, _, _, active in lines_kept()]
    assert owners == [items[0].id, items[1].id, None, items[4].id, items[2].id]


def test_a_batch_sent_again_counts_once(client: FlaskClient, till: TestTill, items: list[Item]) -> None:
    sales = [till.sale((item.code, 450)) for item in items]
    first, again = till.send(client, *sales[:4]).json, till.send(client, *sales[2:]).json
    assert first["verdicts"][2:] == again["verdicts"][:2]
    assert len(lines_kept()) == 6


def test_a_number_used_twice_in_a_batch_is_flagged(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    one, two = till.sale((items[0].code, 450)), till.sale((items[1].code, 450), seq=1)
    details = [each["details"]["flags"] for each in till.send(client, one, two).json["verdicts"]]
    codes = [[flag["code"] for flag in flags if flag["code"] != "outside_period"] for flags in details]
    assert codes == [[], ["seq_reused"]]
    assert sorted(db.session.scalars(select(JournalEntry.seq)), key=bool) == [None, 1]


@pytest.mark.parametrize("order", sorted(itertools.permutations(range(3))))
def test_every_order_of_arrival_within_a_batch_has_one_owner(
    client: FlaskClient, till: TestTill, items: list[Item], order: tuple[int, ...]
) -> None:
    now = utcnow() - timedelta(hours=1)
    sales = [till.sale((items[0].code, 450), at=now + timedelta(seconds=number)) for number in range(3)]
    till.send(client, *(sales[number] for number in order))
    assert [active for _, _, _, active in lines_kept()] == [items[0].id, None, None]
