"""Tills doing anything in any order on a network that loses anything: no sale is lost or doubled."""

import uuid
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.sales.models import LineState, Payment, Sale, SaleLine, SyncConflict, Verdict
from app.sales.services.reconciliation import summary_of
from app.sales.services.tallies import count_all_again
from tests.factories import EditionFactory, RegistrationFactory, TillFactory, list_on_sale
from tests.support.sales import tallies_of
from tests.support.till import TestTill

TILLS, ITEMS = 3, 8
tills = st.integers(0, TILLS - 1)
items = st.integers(0, ITEMS - 1)


class SimulatedTill:
    """A till as its browser is: a journal on disk, what of it was confirmed, a clock of its own."""

    def __init__(self, till: TestTill) -> None:
        self.till = till
        self.journal: list[Any] = []
        self.confirmed: set[str] = set()
        self.skew = timedelta(0)
        self.last_at = utcnow() - timedelta(hours=1)

    @property
    def waiting(self) -> list[Any]:
        return [entry for entry in self.journal if entry.uuid not in self.confirmed]

    def now(self) -> Any:
        """Its corrected time, never before its last entry."""
        self.last_at = max(
            utcnow() - timedelta(hours=1) + self.skew, self.last_at + timedelta(microseconds=1)
        )
        return self.last_at


def tills_machine(client: FlaskClient) -> type[RuleBasedStateMachine]:
    class Tills(RuleBasedStateMachine):
        @initialize()
        def open_the_hall(self) -> None:
            edition = EditionFactory(name=f"Bourse {uuid.uuid4()}", live_number=None, number=26)
            self.items = list_on_sale(ITEMS, registration=RegistrationFactory(edition=edition)).items
            self.tills = [
                SimulatedTill(TestTill(TillFactory(edition=edition, number=number + 1)))
                for number in range(TILLS)
            ]
            # What was paid and given back, as the drawers hold it: cents by uuid of the entry.
            self.money: dict[str, int] = {}
            self.claims: dict[int, dict[str, Any]] = defaultdict(dict)
            self.voided: set[tuple[str, int]] = set()

        @rule(which=tills, chosen=st.lists(items, min_size=1, max_size=3, unique=True))
        def sell(self, which: int, chosen: list[int]) -> None:
            """Whatever the server knows: the till believes that it has these items before it."""
            till = self.tills[which]
            at = till.now()
            sold = [self.items[number] for number in chosen]
            entry = till.till.sale(*[(item.code, item.price_cents) for item in sold], at=at)
            till.journal.append(entry)
            self.money[entry.uuid] = sum(item.price_cents for item in sold)
            for item in sold:
                self.claims[item.id][entry.uuid] = (at, which + 1, len(till.journal), entry.uuid)

        @rule(which=tills, chance=st.randoms(use_true_random=False))
        def void_a_line(self, which: int, chance: Any) -> None:
            till = self.tills[which]
            own = {entry.uuid for entry in till.journal}
            lines = [
                (sale, item_id)
                for item_id, claims in self.claims.items()
                for sale in claims
                if sale in own and (sale, item_id) not in self.voided
            ]
            if not lines:
                return
            sale, item_id = chance.choice(sorted(lines))
            item = next(item for item in self.items if item.id == item_id)
            sold = next(entry for entry in till.journal if entry.uuid == sale)
            entry = till.till.void(sold, item.code, refund=item.price_cents, at=till.now())
            till.journal.append(entry)
            self.money[entry.uuid] = -item.price_cents
            self.voided.add((sale, item_id))

        @rule(which=tills, minutes=st.integers(-90, 45))
        def set_the_clock(self, which: int, minutes: int) -> None:
            self.tills[which].skew = timedelta(minutes=minutes)

        @rule(which=tills, batch=st.integers(1, 5))
        def synchronise(self, which: int, batch: int) -> None:
            self._send(self.tills[which], batch)

        @rule(which=tills, batch=st.integers(1, 5))
        def lose_the_reply(self, which: int, batch: int) -> None:
            till = self.tills[which]
            if till.waiting:
                till.till.send(client, *till.waiting[:batch])

        @rule(which=tills)
        def send_everything_again(self, which: int) -> None:
            """A till that restarted in doubt, or compares after a restore."""
            self.tills[which].confirmed.clear()

        @rule(which=tills)
        def send_one_twice_in_a_batch(self, which: int) -> None:
            till = self.tills[which]
            if till.waiting:
                till.till.send(client, till.waiting[0], till.waiting[0])

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
                while till.waiting:
                    self._send(till, 5)
            db.session.expire_all()
            self._check_the_money()
            self._check_the_tallies()
            self._check_the_owners()
            self._check_the_journals()

        def _send(self, till: SimulatedTill, batch: int) -> None:
            waiting = till.waiting[:batch]
            if not waiting:
                return
            answers = till.till.send(client, *waiting).get_json()["verdicts"]
            assert [answer["uuid"] for answer in answers] == [entry.uuid for entry in waiting]
            assert all(answer["verdict"] != Verdict.QUARANTINED for answer in answers)
            till.confirmed |= {entry.uuid for entry in waiting}

        def _check_the_money(self) -> None:
            edition_id = self.items[0].edition_id
            sales = list(db.session.scalars(select(Sale).where(Sale.edition_id == edition_id)))
            paid = {entry: cents for entry, cents in self.money.items() if cents > 0}
            assert {sale.uuid: sale.total_cents for sale in sales} == paid
            assert len(sales) == len(paid)
            taken = select(func.coalesce(func.sum(Payment.amount_cents), 0)).where(
                Payment.edition_id == edition_id
            )
            assert db.session.scalar(taken) == sum(self.money.values())

        def _check_the_tallies(self) -> None:
            edition_id = self.items[0].edition_id
            kept = tallies_of(edition_id)
            count_all_again(edition_id)
            assert kept == tallies_of(edition_id)
            assert sum(sum(tally[-3:]) for tally in kept) == sum(self.money.values())

        def _check_the_owners(self) -> None:
            for item in self.items:
                standing = [
                    claim
                    for sale, claim in self.claims[item.id].items()
                    if (sale, item.id) not in self.voided
                ]
                owner = db.session.scalars(
                    select(SaleLine).where(SaleLine.active_item_id == item.id)
                ).one_or_none()
                assert (owner.sale.uuid if owner else None) == (min(standing)[3] if standing else None)
                assert db.session.get_one(Item, item.id).state is (
                    ItemState.SOLD if standing else ItemState.ON_SALE
                )
                open_conflicts = (
                    select(func.count())
                    .select_from(SyncConflict)
                    .where(SyncConflict.item_id == item.id, SyncConflict.resolved_at.is_(None))
                )
                assert db.session.scalar(open_conflicts) == max(0, len(standing) - 1)

        def _check_the_journals(self) -> None:
            for till in self.tills:
                held = summary_of(till.till.row.id)
                assert held.count == len(till.journal)
                assert held.sum_cents == sum(self.money[entry.uuid] for entry in till.journal)

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
