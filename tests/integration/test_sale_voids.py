"""A manager takes sales back after their five minutes: whole or by line, the money from a counted drawer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.db import db, in_transaction
from app.core.errors import DomainError, NotFound
from app.deposits.models import Item, ItemState
from app.editions.guard import EditionIsClosed
from app.editions.models import Edition, EditionState
from app.payouts import services as payouts
from app.payouts.queries import get_ledger_row, load_books
from app.sales.conflict_rules import StillAtItsTill
from app.sales.models import LineState, Payment, PaymentMethod, Sale, SaleLine, SaleVoid
from app.sales.queries import expected_by_method
from app.sales.refund_rules import RefundTooLarge, RefundWay
from app.sales.services.journal import receive_entry
from app.sales.services.sessions import Count, close_session
from app.sales.services.voids import AlreadyVoid, DrawerIsClosed, RefundWish, void_lines
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.till import TestTill

CASH, CARD, CHEQUE = PaymentMethod


class Hall:
    """Two tills open, a manager, three items sold at C1 an hour ago: 4,50 € in cash and 9,00 € by card."""

    def __init__(self) -> None:
        item_list = list_on_sale(4)
        self.items: list[Item] = item_list.items
        self.edition: Edition = item_list.registration.edition
        self.registration_id = item_list.registration_id
        self.tills = [TestTill(TillFactory(edition=self.edition, number=number)) for number in (1, 2)]
        self.manager: User = UserFactory(role=Role.MANAGER)
        self.treasurer: User = UserFactory(role=Role.TREASURER)
        db.session.commit()
        self.sale = self.sell()

    def sell(self, minutes: int = 60) -> Sale:
        till = self.tills[0]
        payments = [{"method": "cash", "amount": 450}, {"method": "card", "amount": 900}]
        lines = [(item.code, 450) for item in self.items[:3]]
        self.entry = till.sale(*lines, at=utcnow() - timedelta(minutes=minutes), payments=payments)
        receive_entry(till.device, self.entry)
        return db.session.scalars(select(Sale).where(Sale.uuid == self.entry.uuid)).one()

    def lines(self) -> list[int]:
        return list(
            db.session.scalars(
                select(SaleLine.id).where(SaleLine.sale_id == self.sale.id).order_by(SaleLine.id)
            )
        )

    def void(self, *places: int, till: int = 0, way: RefundWay = RefundWay.AS_PAID, **more):
        lines = [self.lines()[place] for place in places]
        wish = RefundWish(self.tills[till].session.id, way, more.pop("typed", {}))
        edition_id, by_id = more.pop("edition_id", self.edition.id), self.manager.id
        reason = more.pop("reason", "taille")
        sale_id = self.sale.id
        refund = in_transaction(lambda: void_lines(edition_id, sale_id, lines, reason, wish, by_id))
        db.session.expire_all()
        return refund

    def states(self) -> list[LineState]:
        return list(
            db.session.scalars(
                select(SaleLine.state).where(SaleLine.sale_id == self.sale.id).order_by(SaleLine.id)
            )
        )


@pytest.fixture
def hall(app: Flask) -> Hall:
    return Hall()


def test_a_line_taken_back_returns_its_item_and_its_price(hall: Hall) -> None:
    refund = hall.void(0)
    assert (refund.till, refund.amounts) == ("C1", {CASH: 450})
    assert hall.states() == [LineState.VOID, LineState.ACTIVE, LineState.ACTIVE]
    assert [item.state for item in hall.items[:2]] == [ItemState.ON_SALE, ItemState.SOLD]
    void = db.session.scalars(select(SaleVoid)).one()
    assert (void.reason, void.by_id, void.entry_id) == ("taille", hall.manager.id, None)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "sale.voided")).one()
    assert (entry.actor_id, entry.subject) == (hall.manager.id, f"sale:{hall.sale.id}")
    assert '"refund": {"cash": 450}' in entry.details


def test_the_whole_sale_is_given_back_as_it_was_paid_and_nothing_is_deleted(hall: Hall) -> None:
    assert hall.void(0, 1, 2).amounts == {CASH: 450, CARD: 900}
    assert set(hall.states()) == {LineState.VOID}
    payments = select(func.count(), func.sum(Payment.amount_cents))
    assert tuple(db.session.execute(payments).one()) == (4, 0)
    books = load_books(hall.edition)
    assert (books.sold_cents, books.unexplained_cents) == (0, 0)


def test_the_money_leaves_the_drawer_that_was_chosen(hall: Hall) -> None:
    hall.void(0, 1, till=1, way=RefundWay.CASH)
    sums = [expected_by_method(till.session) for till in hall.tills]
    assert sums[0] == {"cash": 5000 + 450, "card": 900, "cheque": 0}
    assert sums[1] == {"cash": 5000 - 900, "card": 0, "cheque": 0}
    session = hall.tills[1].session
    closed = close_session(session, Count({100: 41}, 0, 0), "", session.volunteer_id)
    assert closed.expected_cents == closed.counted_cents == sums[1]


def test_by_card_never_more_than_was_paid_by_card(hall: Hall) -> None:
    with pytest.raises(RefundTooLarge):
        hall.void(0, 1, 2, way=RefundWay.SPLIT, typed={CARD: 1350})
    assert hall.states() == [LineState.ACTIVE] * 3
    assert hall.void(0, 1, 2, way=RefundWay.SPLIT, typed={CARD: 900, CASH: 450}).amounts == {
        CASH: 450,
        CARD: 900,
    }


def test_a_second_refund_knows_the_first(hall: Hall) -> None:
    hall.void(0, 1, way=RefundWay.SPLIT, typed={CARD: 900})
    with pytest.raises(RefundTooLarge):
        hall.void(2, way=RefundWay.SPLIT, typed={CARD: 450})
    assert hall.void(2).amounts == {CASH: 450}
    with pytest.raises(AlreadyVoid):
        hall.void(2)


def test_a_sale_of_less_than_five_minutes_is_its_tills(hall: Hall) -> None:
    hall.void(0, 1, 2)
    hall.sale = hall.sell(minutes=4)
    with pytest.raises(StillAtItsTill):
        hall.void(0)
    session = hall.tills[0].session
    # C1: 50,00 € and the 4,50 € of this sale; its first one was given back.
    close_session(session, Count({100: 54, 50: 1}, 900, 0), "", session.volunteer_id)
    db.session.commit()
    assert hall.void(0, till=1).till == "C2"


def test_no_money_from_a_drawer_that_is_not_open(hall: Hall) -> None:
    session = hall.tills[0].session
    close_session(session, Count({100: 54, 50: 1}, 900, 0), "", session.volunteer_id)
    training = TestTill(TillFactory(edition=hall.edition, number=99, training=True))
    db.session.commit()
    hall.tills.append(training)
    for till in (0, 2):
        with pytest.raises(DrawerIsClosed):
            hall.void(0, till=till)
    elsewhere = Hall()
    hall.tills.append(elsewhere.tills[0])
    with pytest.raises(DrawerIsClosed):
        hall.void(0, till=3)
    assert hall.void(0, till=1).till == "C2"


def test_only_lines_of_the_sale_of_the_edition_and_with_a_reason(hall: Hall) -> None:
    other = Hall()
    wish = RefundWish(hall.tills[0].session.id, RefundWay.CASH)
    for lines in ([], [other.lines()[0]], [hall.lines()[0], other.lines()[0]]):
        with pytest.raises(NotFound):
            void_lines(hall.edition.id, hall.sale.id, lines, "taille", wish, hall.manager.id)
    with pytest.raises(NotFound):
        void_lines(hall.edition.id, other.sale.id, other.lines(), "taille", wish, hall.manager.id)
    with pytest.raises(DomainError, match="Dites pourquoi"):
        hall.void(0, reason="  ")


def test_after_the_sale_the_item_is_unsold_and_the_payout_is_to_compute_again(hall: Hall) -> None:
    payouts.compute_payouts(hall.edition, hall.treasurer.id)
    db.session.commit()
    assert not get_ledger_row(hall.edition, hall.registration_id).is_stale
    hall.edition.state = EditionState.SETTLING
    db.session.commit()
    hall.void(1)
    assert hall.items[1].state is ItemState.UNSOLD
    row = get_ledger_row(hall.edition, hall.registration_id)
    assert (row.is_stale, row.current.amounts.gross) == (True, 900)


def test_a_closed_edition_gives_nothing_back(hall: Hall) -> None:
    hall.edition.state = EditionState.CLOSED
    db.session.commit()
    with pytest.raises(EditionIsClosed):
        hall.void(0)


def test_a_void_of_the_till_that_comes_later_is_kept_and_flagged(hall: Hall) -> None:
    """The volunteer took it back offline within five minutes, then a manager did it again: both refunds are
    facts, the receipt says so, and the books show the money."""
    till = hall.tills[0]
    hall.void(0)
    code = hall.items[0].code
    void = till.void(hall.entry, code, refund=450, at=hall.sale.sold_at + timedelta(minutes=1))
    verdict = receive_entry(till.device, void)
    assert {"already_void", "refund_mismatch"} <= {flag["code"] for flag in verdict.details["flags"]}
    assert load_books(hall.edition).unexplained_cents == -450


@pytest.mark.slow
def test_a_line_without_a_label_is_taken_back_by_one_at_a_time(own_app: Flask) -> None:
    """A manager, and the till's own void that comes before that is committed: the line is the manager's."""
    hall = Hall()
    till = hall.tills[0]
    payments = [{"method": "cash", "amount": 450}]
    sold = till.sale(
        v=2,
        lines=[{"text": "pantalon", "price": 450}],
        total=450,
        payments=payments,
        at=utcnow() - timedelta(hours=1),
    )
    receive_entry(till.device, sold)
    hall.sale = db.session.scalars(select(Sale).where(Sale.uuid == sold.uuid)).one()
    void, device = till.void(sold, refund=450, v=2, lines=[0]), till.device
    wish = RefundWish(hall.tills[1].session.id, RefundWay.CASH)
    ids = hall.edition.id, hall.sale.id, hall.lines(), hall.manager.id
    db.session.remove()

    def come_second() -> set[str]:
        with own_app.app_context():
            return {flag["code"] for flag in receive_entry(device, void).details["flags"]}

    void_lines(*ids[:3], "taille", wish, ids[3])
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(come_second)
        with pytest.raises(TimeoutError):
            second.result(0.7)
        db.session.commit()
        assert "already_void" in second.result(10)
    [line] = db.session.scalars(select(SaleLine).where(SaleLine.sale_id == ids[1]))
    assert line.void_id == db.session.scalar(select(SaleVoid.id).where(SaleVoid.entry_id.is_(None)))


@pytest.mark.slow
def test_two_managers_give_the_money_back_once(own_app: Flask) -> None:
    """Each from another drawer: only the lines themselves make them take turns."""
    hall = Hall()
    lines, drawers = hall.lines(), [till.session.id for till in hall.tills]
    ids = hall.edition.id, hall.sale.id, hall.manager.id
    db.session.remove()
    refusals: list[type[Exception]] = []

    def take_back(drawer: int) -> None:
        void_lines(ids[0], ids[1], lines, "taille", RefundWish(drawer, RefundWay.CASH), ids[2])

    def come_second() -> None:
        with own_app.app_context():
            try:
                in_transaction(lambda: take_back(drawers[1]))
            except AlreadyVoid as refusal:
                refusals.append(type(refusal))
            db.session.remove()

    take_back(drawers[0])
    second = threading.Thread(target=come_second)
    second.start()
    # It reads, or waits to read, what the first has not committed yet.
    second.join(timeout=1)
    assert second.is_alive()
    db.session.commit()
    second.join()
    assert refusals == [AlreadyVoid]
    assert db.session.scalar(select(func.sum(Payment.amount_cents))) == 0
