"""Tills doing anything in any order on a network that loses anything: no sale is lost or doubled."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app.cli.simulate.chaos.verify import compare_with_database
from app.cli.simulate.exchange import Exchange
from app.cli.simulate.journal import Journal, Money
from app.core.db import db
from app.sales.models import LineState, SaleLine
from tests.factories import EditionFactory, RegistrationFactory, TillFactory, list_on_sale
from tests.support.till import TestTill

TILLS, ITEMS = 3, 8
tills = st.integers(0, TILLS - 1)
items = st.integers(0, ITEMS - 1)


class SimulatedTill:
    """A till as its browser is, on a network without weather: what is lost, the test loses."""

    def __init__(self, client: FlaskClient, till: TestTill, number: int) -> None:
        self.journal = Journal(till.till_id, number)
        self.journal.begin(till.session.uuid, till.secret, 0)
        self.exchange = Exchange(self.journal, lambda *asked: till.request(client, *asked).get_json())


def tills_machine(client: FlaskClient) -> type[RuleBasedStateMachine]:
    class Tills(RuleBasedStateMachine):
        @initialize()
        def open_the_hall(self) -> None:
            edition = EditionFactory(name=f"Bourse {uuid.uuid4()}", live_number=None, number=26)
            self.items = list_on_sale(ITEMS, registration=RegistrationFactory(edition=edition)).items
            self.tills = [
                SimulatedTill(client, TestTill(TillFactory(edition=edition, number=number)), number)
                for number in range(1, TILLS + 1)
            ]

        @rule(which=tills, chosen=st.lists(items, min_size=1, max_size=3, unique=True))
        def sell(self, which: int, chosen: list[int]) -> None:
            """Whatever the server knows: the till believes that it has these items before it."""
            lines = [(self.items[number].code, self.items[number].price_cents) for number in chosen]
            self.tills[which].journal.sell(lines, [Money("cash", sum(price for _, price in lines))])

        @rule(which=tills, chance=st.randoms(use_true_random=False))
        def void_a_line(self, which: int, chance: Any) -> None:
            journal = self.tills[which].journal
            if standing := journal.standing():
                ticket, codes = chance.choice(standing)
                journal.cancel(ticket, [chance.choice(codes)])

        @rule(which=tills, minutes=st.integers(-90, 45))
        def set_the_clock(self, which: int, minutes: int) -> None:
            self.tills[which].journal.skew = timedelta(minutes=minutes)

        @rule(which=tills, batch=st.integers(1, 5))
        def synchronise(self, which: int, batch: int) -> None:
            till = self.tills[which]
            if waiting := till.journal.waiting[:batch]:
                till.exchange.post(waiting)

        @rule(which=tills, batch=st.integers(1, 5))
        def lose_the_reply(self, which: int, batch: int) -> None:
            till = self.tills[which]
            known = dict(till.journal.verdicts)
            if waiting := till.journal.waiting[:batch]:
                till.exchange.post(waiting)
            till.journal.verdicts = known

        @rule(which=tills)
        def send_everything_again(self, which: int) -> None:
            """A till that restarted in doubt, or compares after a restore."""
            self.tills[which].journal.verdicts.clear()

        @rule(which=tills)
        def send_one_twice_in_a_batch(self, which: int) -> None:
            till = self.tills[which]
            if waiting := till.journal.waiting[:1]:
                till.exchange.post(waiting * 2)

        @rule(which=tills)
        def talk(self, which: int) -> None:
            """All that waits, then a ping and its news: the journals are the same."""
            self.tills[which].exchange.turn()
            assert self.tills[which].exchange.compare()

        @invariant()
        def nothing_has_two_owners(self) -> None:
            active = select(SaleLine.item_id).where(
                SaleLine.state == LineState.ACTIVE, SaleLine.item_id.in_([item.id for item in self.items])
            )
            owned = list(db.session.scalars(active))
            assert len(owned) == len(set(owned))

        def teardown(self) -> None:
            if not hasattr(self, "tills"):
                return
            for till in self.tills:
                till.exchange.turn()
            db.session.expire_all()
            lines = compare_with_database([till.journal for till in self.tills])
            assert [line for line in lines if not line.balances] == []

    return Tills


@pytest.fixture
def steps(request: pytest.FixtureRequest) -> int:
    """How many histories are tried: `--soak 20` tries twenty times as many."""
    return 25 * int(request.config.getoption("--soak"))


@pytest.mark.servers
def test_tills_in_any_order_on_any_network(client: FlaskClient, app: Flask, steps: int) -> None:
    run_state_machine_as_test(
        tills_machine(client),
        settings=settings(
            max_examples=steps,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
