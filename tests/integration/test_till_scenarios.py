"""The fault scenarios of 3-till.md that lie between tills and the server, on both databases."""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text
from sqlalchemy.engine import ExceptionContext

from app.cli.support.mariadb import MariaDbServer
from app.cli.support.processes import wait_until
from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.editions.models import EditionState
from app.sales.models import JournalEntry, LineState, Payment, Sale, SaleLine, SyncConflict, Verdict
from app.sales.services.journal import ReceivedEntry
from app.sales.services.sessions import Count, close_session
from tests.factories import EditionFactory, RegistrationFactory, TillFactory, list_on_sale
from tests.support.databases import Databases, MariaDbDatabases
from tests.support.http_client import HttpClient
from tests.support.server import LiveServer
from tests.support.till import TestTill

# What MariaDB calls it.
DEADLOCK = 1213


def tills_with_items(tills: int, items: int) -> tuple[list[TestTill], list[Item]]:
    """Tills of one edition, each open, and items on sale at 4,50 €."""
    on_sale: list[Item] = []
    edition = EditionFactory(number=26)
    for first in range(0, items, 24):
        on_sale += list_on_sale(
            min(24, items - first), registration=RegistrationFactory(edition=edition)
        ).items
    return [TestTill(TillFactory(edition=edition, number=n + 1)) for n in range(tills)], on_sale


def verdicts(answer: Any) -> list[str]:
    return [each["verdict"] for each in answer.get_json()["verdicts"]]


def flags(answer: Any, place: int = 0) -> set[str]:
    return {flag["code"] for flag in answer.get_json()["verdicts"][place]["details"]["flags"]}


def test_scenario_05_the_same_sale_posted_twice_at_once(own_app: Flask) -> None:
    [till], [item, *_] = tills_with_items(1, 2)
    sale = till.sale((item.code, 450))
    together = threading.Barrier(4)

    def post() -> Any:
        with own_app.app_context():
            together.wait()
            return till.send(own_app.test_client(), sale).get_json()["verdicts"]

    with ThreadPoolExecutor(4) as pool:
        answers = [job.result() for job in [pool.submit(post) for _ in range(4)]]
    assert all(answer == answers[0] for answer in answers)
    assert [db.session.scalar(select(func.count()).select_from(each)) for each in (Sale, Payment)] == [1, 1]


@pytest.mark.slow
def test_scenario_23_an_exact_tie_is_decided_by_the_number_of_the_till(
    client: FlaskClient, app: Flask
) -> None:
    tills, items = tills_with_items(3, 6)
    moment = utcnow() - timedelta(minutes=5)
    for item, order in zip(items, itertools.permutations(tills), strict=True):
        for till in order:
            till.send(client, till.sale((item.code, 450), at=moment))
    owners = db.session.scalars(select(SaleLine).where(SaleLine.state == LineState.ACTIVE)).all()
    assert [line.sale.till.number for line in owners] == [1] * 6
    assert db.session.scalar(select(func.count()).select_from(SyncConflict)) == 12


@pytest.mark.slow
def test_scenario_24_one_invalid_sale_among_five_hundred(client: FlaskClient, app: Flask) -> None:
    [till], items = tills_with_items(1, 24)
    sales = [till.sale((items[n % 24].code, 450)) for n in range(500)]
    sales[250] = till.sale((items[0].code, 450), total="beaucoup")
    answers = [till.send(client, *sales[first : first + 100]) for first in range(0, 500, 100)]
    given = [verdict for answer in answers for verdict in verdicts(answer)]
    assert given[250] == "quarantined"
    assert "quarantined" not in given[:250] + given[251:]
    assert db.session.scalar(select(func.count()).select_from(Sale)) == 499
    kept = db.session.scalars(select(JournalEntry).where(JournalEntry.verdict == Verdict.QUARANTINED)).one()
    assert "beaucoup" in kept.payload


@pytest.mark.servers
def test_scenario_25_eight_tills_with_long_queues_synchronise_together(
    own_app: Flask, request: pytest.FixtureRequest
) -> None:
    """Fifty sales a till; `--soak 10` makes them the five hundred that a till may hold."""
    queued = 50 * int(request.config.getoption("--soak"))
    sales = 8 * queued
    tills, items = tills_with_items(8, 72)
    chance = random.Random(8)
    # Two items a sale, in any order, each sold by many: locks clash.
    queues = [
        [till.sale(*[(item.code, 450) for item in chance.sample(items, 2)]) for _ in range(queued)]
        for till in tills
    ]
    db.session.remove()

    def synchronise(till: TestTill, queue: list[ReceivedEntry]) -> int:
        client, confirmed = own_app.test_client(), 0
        with own_app.app_context():
            for first in range(0, len(queue), 25):
                confirmed += len(verdicts(till.send(client, *queue[first : first + 25])))
        return confirmed

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(synchronise, tills, queues))
    assert done == [queued] * 8
    assert db.session.scalar(select(func.count(func.distinct(Sale.uuid)))) == sales
    assert db.session.scalar(select(func.count()).select_from(Sale)) == sales
    assert db.session.scalar(select(func.sum(Payment.amount_cents))) == sales * 900
    first_of_item = (
        select(SaleLine.item_id, func.min(Sale.sold_at).label("at"))
        .join(Sale, Sale.id == SaleLine.sale_id)
        .group_by(SaleLine.item_id)
        .subquery()
    )
    owners = db.session.execute(
        select(SaleLine.item_id, Sale.sold_at, first_of_item.c.at)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .join(first_of_item, first_of_item.c.item_id == SaleLine.item_id)
        .where(SaleLine.state == LineState.ACTIVE)
    ).all()
    assert len({row.item_id for row in owners}) == len(owners)
    assert all(row.sold_at == row.at for row in owners)
    conflicts = db.session.scalar(select(func.count()).select_from(SyncConflict))
    assert conflicts == 2 * sales - len(owners)


@pytest.mark.parametrize("backend", ["mariadb"])
def test_scenario_25_a_sale_that_the_database_gave_up_is_recorded_all_the_same(own_app: Flask) -> None:
    """Two transactions wait for each other's item; the server ends the one that wrote less, the sale."""
    [till], items = tills_with_items(1, 2)
    first, second = sorted(item.id for item in items)
    sale = till.sale(*[(item.code, 450) for item in items])
    db.session.remove()
    given_up: list[int] = []

    @event.listens_for(db.engine, "handle_error")
    def note(context: ExceptionContext) -> None:
        given_up.append(context.original_exception.args[0])

    def post() -> Any:
        with own_app.app_context():
            return till.send(own_app.test_client(), sale)

    with ThreadPoolExecutor(1) as pool, db.engine.connect() as other:
        for number in range(100):
            other.execute(
                text("update item set brand = :brand where id = :id"), {"brand": number, "id": second}
            )
        answer = pool.submit(post)
        wait_until(lambda: waiting_for_locks() == 1, "the sale waits for its second item")
        other.execute(text("select id from item where id = :id for update"), {"id": first})
        other.rollback()
        assert verdicts(answer.result(30)) == ["confirmed"]
    assert given_up == [DEADLOCK]


def waiting_for_locks() -> int:
    time.sleep(0.2)  # asked more often, InnoDB repeats what it said before
    with db.engine.connect() as connection:
        waiting = "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT'"
        return connection.scalar(text(waiting)) or 0


def test_scenario_26_one_byte_altered_and_a_replay_under_another_till(
    client: FlaskClient, app: Flask
) -> None:
    [till, other], items = tills_with_items(2, 2)
    sale = till.sale((items[0].code, 450))
    altered = replace(sale, payload=sale.payload.replace('"price":450', '"price":451'))
    assert verdicts(till.send(client, altered)) == ["quarantined"]
    assert verdicts(other.send(client, sale)) == ["quarantined"]
    assert db.session.scalar(select(func.count()).select_from(Sale)) == 0
    raw = db.session.scalars(select(JournalEntry.payload).order_by(JournalEntry.id)).all()
    assert raw == [altered.payload, sale.payload]
    # The untouched one is none the worse for it.
    assert verdicts(till.send(client, sale)) == ["confirmed"]


def test_scenario_36_a_sale_that_arrives_after_its_session_and_after_the_sale(
    client: FlaskClient, app: Flask
) -> None:
    [till], items = tills_with_items(1, 2)
    sold_at = utcnow()
    late = till.sale((items[0].code, 450), at=sold_at)
    close_session(till.session, Count({5000: 1}, 0, 0), "", till.session.volunteer_id)
    db.session.commit()
    answer = till.send(client, late)
    assert verdicts(answer) == ["confirmed"]
    assert "session_closed" in flags(answer)
    edition = items[0].item_list.registration.edition
    edition.state = EditionState.SETTLING
    items[1].state = ItemState.UNSOLD
    db.session.commit()
    answer = till.send(client, till.sale((items[1].code, 450), at=edition.sale_ends_at + timedelta(days=1)))
    assert verdicts(answer) == ["confirmed"]
    assert {"session_closed", "outside_period", "not_on_sale"} <= flags(answer)
    assert db.session.scalar(select(func.sum(Payment.amount_cents))) == 900


# --- 29: the database, or the server with it, dies in the middle of its commits


@pytest.fixture
def mortal(
    backend: str, databases: Databases, tmp_path: Path
) -> Iterator[tuple[LiveServer, Callable[[], None]]]:
    """A server, and what kills and revives the process that commits: MariaDB, or with SQLite the server."""
    if backend == "mariadb":
        engine = MariaDbServer(tmp_path / "mortal", durable=True)
        server = LiveServer(MariaDbDatabases(engine, tmp_path).create(), tmp_path / "web")

        def die() -> None:
            engine.kill()
            time.sleep(0.5)
            engine.start()
    else:
        engine = None
        server = LiveServer(databases.create(), tmp_path / "web")

        def die() -> None:
            server.kill()
            time.sleep(0.5)
            server.start()

    server.start()
    yield server, die
    server.close()
    if engine:
        engine.stop()


def send_until_all_have_a_verdict(till: TestTill, url: str, sales: list[ReceivedEntry]) -> None:
    """As a till does: oldest first, the same again after any failure."""
    waiting, client = list(sales), HttpClient(url)
    end = time.monotonic() + 90
    while waiting:
        assert time.monotonic() < end, f"{len(waiting)} sales without a verdict"
        try:
            answer = till.send(client, *waiting[:5])
        except (OSError, HTTPException):
            # No answer, or one that stops in its middle.
            time.sleep(0.1)
            continue
        if answer.status_code == 200:
            assert verdicts(answer) == ["confirmed"] * len(waiting[:5])
            del waiting[:5]


@pytest.mark.servers
def test_scenario_29_the_database_is_killed_in_the_middle_of_its_commits(
    mortal: tuple[LiveServer, Callable[[], None]],
) -> None:
    server, die = mortal
    with server.app.app_context():
        [till], items = tills_with_items(1, 240)
        sales = [
            till.sale((one.code, 450), (two.code, 450))
            for one, two in zip(items[::2], items[1::2], strict=True)
        ]
        db.session.remove()
        db.engine.dispose()
        sender = threading.Thread(target=send_until_all_have_a_verdict, args=(till, server.url, sales))
        sender.start()
        for _ in range(3):
            time.sleep(0.7)
            die()
        sender.join()
        stored = {
            sale.uuid: (len(sale.lines), sum(payment.amount_cents for payment in sale.payments))
            for sale in db.session.scalars(select(Sale))
        }
        assert stored == {sale.uuid: (2, 900) for sale in sales}
        assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == 120
        sold = select(func.count()).select_from(Item).where(Item.state == ItemState.SOLD)
        assert db.session.scalar(sold) == 240
        db.session.remove()
        db.engine.dispose()


def test_moments_are_compared_to_the_microsecond(client: FlaskClient, app: Flask) -> None:
    [one, two], [item, *_] = tills_with_items(2, 2)
    moment = (utcnow() - timedelta(minutes=5)).replace(microsecond=500)
    one.send(client, one.sale((item.code, 450), at=moment + timedelta(microseconds=1)))
    two.send(client, two.sale((item.code, 450), at=moment))
    owner = db.session.scalars(select(SaleLine).where(SaleLine.state == LineState.ACTIVE)).one()
    assert owner.sale.till.number == 2
    assert isinstance(owner.sale.sold_at, datetime)
