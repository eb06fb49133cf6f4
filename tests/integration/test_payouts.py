"""Payouts computed, approved, paid; and books that balance to the cent, on both databases."""

import threading

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Role
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.models import ItemState
from app.editions.guard import EditionIsClosed
from app.editions.models import Edition, EditionState, ListKind
from app.operations.edition_facts import collect_facts
from app.payouts import services
from app.payouts.models import Payout, PayoutMethod, PayoutState
from app.payouts.queries import get_ledger_row, ledger, load_books, payout_progress, search_ledger
from app.payouts.rules import (
    ChequeAlreadyUsed,
    ChequeNumberMissing,
    NotAChequeNumber,
    NothingToPay,
    PaidPayoutDiffers,
    PayoutIsStale,
    PayoutNotComputed,
    WrongPayoutState,
)
from app.sales.models import PaymentMethod
from app.sales.services.sessions import open_session
from tests.factories import EditionFactory, TillFactory, UserFactory, declared_list, list_on_sale
from tests.support.queries import counted_queries
from tests.support.sales import sell, sell_twice, sell_unknown, void


class Bourse:
    """An edition with a till and a treasurer."""

    def __init__(self) -> None:
        self.edition: Edition = EditionFactory(state=EditionState.SETTLING)
        self.till = TillFactory(edition=self.edition, number=1)
        self.treasurer = UserFactory(role=Role.TREASURER)

    def depositor(self, count: int = 3, kind: ListKind = ListKind.STANDARD, **values):
        item_list = list_on_sale(
            count, registration__edition=self.edition, registration__list_kind=kind, **values
        )
        return item_list.registration_id, item_list.items

    def compute(self):
        return services.compute_payouts(self.edition, self.treasurer.id)

    def approved(self, registration_id: int) -> None:
        self.compute()
        services.approve(self.edition, self.treasurer.id, [registration_id])

    def pay(self, registration_id: int, method=PayoutMethod.CASH, number: str = "") -> None:
        services.record_payment(self.edition, registration_id, method, self.treasurer.id, number)

    def row(self, registration_id: int):
        return get_ledger_row(self.edition, registration_id)


@pytest.fixture
def bourse(app: Flask) -> Bourse:
    return Bourse()


def test_a_depositor_without_payout_is_to_compute(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items[:2])
    row = bourse.row(registration_id)
    assert (row.state, row.stored, row.current.amounts.gross) == (None, None, 900)


def test_the_figures_are_computed_to_the_cent_with_the_fees_of_the_lists(bourse: Bourse):
    registration_id, items = bourse.depositor(kind=ListKind.MEMBER, number=1234)
    sell(bourse.till, items)
    assert bourse.compute().created == 1
    stored = bourse.row(registration_id).stored
    assert stored
    amounts = stored.amounts
    assert (stored.sold_count, amounts.gross, amounts.commission, amounts.fees, amounts.net) == (
        3,
        1350,
        270,
        100,
        980,
    )


def test_a_list_that_never_came_or_was_refused_whole_costs_nothing(bourse: Bourse):
    registration_id, items = bourse.depositor(kind=ListKind.MEMBER, number=1234)
    registration = items[0].item_list.registration
    declared_list(2, registration=registration, number=1235, rank=2)
    refused = list_on_sale(2, registration=registration, number=1236, rank=3)
    for item in refused.items:
        item.state = ItemState.REFUSED
    db.session.flush()
    assert bourse.row(registration_id).lists == 1
    nobody = declared_list(2, registration__edition=bourse.edition)
    with pytest.raises(NotFound):
        bourse.row(nobody.registration_id)


def test_fees_above_the_sales_leave_a_shortfall(bourse: Bourse):
    registration_id, _ = bourse.depositor(kind=ListKind.FAMILY, number=2001)
    bourse.compute()
    amounts = bourse.row(registration_id).shown.amounts
    assert (amounts.net, amounts.shortfall) == (0, 500)


def test_a_sale_or_a_void_after_the_computation_makes_it_stale(bourse: Bourse):
    registration_id, items = bourse.depositor()
    bourse.compute()
    sale = sell(bourse.till, items[:1])
    assert bourse.row(registration_id).is_stale
    assert bourse.row(registration_id).difference_cents == 360
    assert bourse.compute().changed == 1
    assert not bourse.row(registration_id).is_stale
    void(sale)
    assert bourse.row(registration_id).is_stale


def test_computing_again_changes_nothing_that_is_right(bourse: Bourse):
    registration_id, _ = bourse.depositor()
    bourse.approved(registration_id)
    outcome = bourse.compute()
    assert (outcome.created, outcome.changed, outcome.unchanged) == (0, 0, 1)
    assert bourse.row(registration_id).state is PayoutState.APPROVED


def test_a_changed_payout_loses_its_approval_and_its_slip(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items[:1])
    bourse.approved(registration_id)
    db.session.scalars(select(Payout)).one().slip_file = "slips/old.pdf"
    db.session.flush()
    sell(bourse.till, items[1:2])
    services.recompute(bourse.edition, registration_id, bourse.treasurer.id)
    row = bourse.row(registration_id)
    assert (row.state, row.slip_file) == (PayoutState.COMPUTED, None)


def test_a_paid_payout_is_never_changed_silently(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items[:2])
    bourse.approved(registration_id)
    bourse.pay(registration_id)
    sell(bourse.till, items[2:])
    assert bourse.compute().paid_differing == 1
    with pytest.raises(PaidPayoutDiffers, match="7,20"):
        services.recompute(bourse.edition, registration_id, bourse.treasurer.id)
    row = bourse.row(registration_id)
    assert row.stored
    assert (row.state, row.stored.amounts.net, row.difference_cents) == (PayoutState.PAID, 720, 360)
    assert [each.registration_id for each in load_books(bourse.edition).paid_stale] == [registration_id]


def test_a_correction_that_explains_the_difference_settles_a_paid_payout(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items[:2])
    bourse.approved(registration_id)
    bourse.pay(registration_id)
    sell(bourse.till, items[2:])
    services.add_adjustment(
        bourse.edition, registration_id, -360, "Reversé à la main le lundi", bourse.treasurer.id
    )
    row = bourse.row(registration_id)
    assert not row.is_stale
    assert row.stored
    assert (row.state, row.stored.amounts.gross, row.stored.amounts.net) == (PayoutState.PAID, 1350, 720)


def test_a_correction_is_counted_at_once(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items[:1])
    bourse.compute()
    services.add_adjustment(bourse.edition, registration_id, 150, "Article abîmé", bourse.treasurer.id)
    row = bourse.row(registration_id)
    assert not row.is_stale
    assert (row.shown.amounts.adjustments, row.shown.amounts.net) == (150, 510)


@pytest.mark.parametrize(("cents", "reason"), [(0, "rien"), (100_001, "trop"), (-100_001, "trop"), (5, "  ")])
def test_a_senseless_correction_is_refused(bourse: Bourse, cents: int, reason: str):
    registration_id, _ = bourse.depositor()
    with pytest.raises(DomainError):
        services.add_adjustment(bourse.edition, registration_id, cents, reason, bourse.treasurer.id)


def test_a_payout_is_approved_then_paid_by_cheque(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items)
    bourse.approved(registration_id)
    with pytest.raises(ChequeNumberMissing):
        bourse.pay(registration_id, PayoutMethod.CHEQUE, " ")
    with pytest.raises(NotAChequeNumber):
        bourse.pay(registration_id, PayoutMethod.CHEQUE, "abc!")
    bourse.pay(registration_id, PayoutMethod.CHEQUE, " 0012 345 ")
    row = bourse.row(registration_id)
    assert (row.state, row.method, row.cheque_number) == (PayoutState.PAID, PayoutMethod.CHEQUE, "0012345")
    assert row.paid_at
    assert row.is_final
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert actions == ["payouts.computed", "payouts.approved", "payout.paid"]


def test_one_cheque_pays_one_depositor(bourse: Bourse):
    first, items = bourse.depositor()
    second, others = bourse.depositor()
    sell(bourse.till, [*items, *others])
    bourse.approved(first)
    bourse.approved(second)
    bourse.pay(first, PayoutMethod.CHEQUE, "0012345")
    with pytest.raises(ChequeAlreadyUsed, match=bourse.row(first).name):
        bourse.pay(second, PayoutMethod.CHEQUE, "0012345")
    assert bourse.row(second).state is PayoutState.APPROVED
    services.undo_payment(bourse.edition, first, bourse.treasurer.id, "Mauvaise personne")
    bourse.pay(second, PayoutMethod.CHEQUE, "0012345")


def test_nothing_is_paid_before_it_is_computed_approved_and_right(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items[:1])
    with pytest.raises(PayoutNotComputed):
        bourse.pay(registration_id)
    bourse.compute()
    with pytest.raises(WrongPayoutState):
        bourse.pay(registration_id)
    services.approve(bourse.edition, bourse.treasurer.id)
    sell(bourse.till, items[1:2])
    with pytest.raises(PayoutIsStale, match="3,60"):
        bourse.pay(registration_id)


def test_a_second_click_pays_nothing_twice(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items)
    bourse.approved(registration_id)
    bourse.pay(registration_id)
    with pytest.raises(WrongPayoutState, match="Payé"):
        bourse.pay(registration_id)


def test_nothing_to_pay_is_final_once_approved(bourse: Bourse):
    registration_id, _ = bourse.depositor()
    bourse.approved(registration_id)
    with pytest.raises(NothingToPay):
        bourse.pay(registration_id)
    assert payout_progress(bourse.edition).not_final == 0


def test_an_edition_does_not_close_over_a_payout_that_sales_have_overtaken(bourse: Bourse):
    registration_id, items = bourse.depositor()
    bourse.approved(registration_id)
    assert collect_facts(bourse.edition).payouts_not_final == 0
    sell(bourse.till, items[:1])
    assert collect_facts(bourse.edition).payouts_not_final == 1


def test_stale_payouts_are_passed_over_when_all_are_approved(bourse: Bourse):
    stale_id, items = bourse.depositor()
    bourse.depositor()
    bourse.compute()
    sell(bourse.till, items[:1])
    assert services.approve(bourse.edition, bourse.treasurer.id) == 1
    with pytest.raises(PayoutIsStale):
        services.approve(bourse.edition, bourse.treasurer.id, [stale_id])


def test_an_absent_depositor_can_be_paid_later(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items)
    bourse.approved(registration_id)
    services.mark_absent(bourse.edition, registration_id, bourse.treasurer.id)
    assert bourse.row(registration_id).state is PayoutState.ABSENT
    assert payout_progress(bourse.edition).not_final == 1
    bourse.pay(registration_id, PayoutMethod.TRANSFER)
    assert bourse.row(registration_id).state is PayoutState.PAID


def test_a_payment_is_undone_with_a_reason_and_remembered(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items)
    bourse.approved(registration_id)
    bourse.pay(registration_id, PayoutMethod.CHEQUE, "77")
    with pytest.raises(DomainError):
        services.undo_payment(bourse.edition, registration_id, bourse.treasurer.id, " ")
    services.undo_payment(bourse.edition, registration_id, bourse.treasurer.id, "Chèque perdu")
    row = bourse.row(registration_id)
    assert (row.state, row.method, row.cheque_number, row.paid_at) == (PayoutState.APPROVED, None, None, None)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert entry.action == "payout.payment_undone"
    assert "Chèque perdu" in entry.details
    assert '"cheque_number": "77"' in entry.details


def test_a_closed_edition_pays_nothing(bourse: Bourse):
    registration_id, items = bourse.depositor()
    sell(bourse.till, items)
    bourse.approved(registration_id)
    bourse.edition.state = EditionState.CLOSED
    db.session.flush()
    with pytest.raises(EditionIsClosed):
        bourse.pay(registration_id)
    with pytest.raises(EditionIsClosed):
        services.add_adjustment(bourse.edition, registration_id, 5, "non", bourse.treasurer.id)


def test_the_books_balance_with_everything_that_can_happen(bourse: Bourse):
    _, first = bourse.depositor()
    _, second = bourse.depositor()
    sell(bourse.till, [first[0], second[0]], PaymentMethod.CARD)
    void(sell(bourse.till, [first[1]]))
    sell_twice(bourse.till, first[0])
    sell_unknown(bourse.till, 300)
    bourse.compute()
    sell(bourse.till, [second[1]], PaymentMethod.CHEQUE)
    books = load_books(bourse.edition)
    assert books.payments == {
        PaymentMethod.CASH: 450 + 300,
        PaymentMethod.CARD: 900,
        PaymentMethod.CHEQUE: 450,
    }
    assert (books.sold_cents, books.conflict_cents, books.unknown_cents) == (1350, 450, 300)
    assert books.unexplained_cents == 0
    assert books.gross_gap_cents == 0
    assert books.computed_gross_cents + books.uncomputed_gross_cents + books.stale_gross_cents == 1350
    assert len(books.stale) == 1


def test_the_variance_of_all_tills_leaves_out_those_still_open(bourse: Bourse):
    bourse.edition.state = EditionState.SELLING
    other = TillFactory(edition=bourse.edition, number=8)
    closed = open_session(bourse.till, bourse.treasurer.id, 5000)
    open_session(other, bourse.treasurer.id, 10000)
    closed.closed_at, closed.variance_reason = utcnow(), "Rendu de monnaie"
    closed.counted_cents = {"cash": 4900, "card": 0, "cheque": 0}
    db.session.flush()
    books = load_books(bourse.edition)
    total = books.counts_by_method()[PaymentMethod.CASH]
    assert (total.expected_cents, total.counted_cents, total.variance_cents) == (15000, 4900, -100)
    assert books.counts_by_method()[PaymentMethod.CARD].variance_cents is None
    assert [[count.till for count in counts] for counts in books.counts_by_session()] == [["C1"], ["C8"]]


def test_money_that_no_line_explains_is_not_hidden(bourse: Bourse):
    _, items = bourse.depositor()
    void(sell(bourse.till, items[:1]), refund=False)
    assert load_books(bourse.edition).unexplained_cents == 450


def test_another_edition_is_another_ledger(bourse: Bourse):
    other = Bourse()
    registration_id, items = other.depositor()
    sell(other.till, items)
    assert bourse.compute().created == 0
    assert ledger(bourse.edition) == []
    with pytest.raises(NotFound):
        services.recompute(bourse.edition, registration_id, bourse.treasurer.id)


def test_depositors_are_found_by_name_number_and_state(bourse: Bourse):
    first, items = bourse.depositor(number=245, registration__user__last_name="Étienne")
    second, _ = bourse.depositor(number=301, registration__user__last_name="Marchand")
    bourse.compute()
    sell(bourse.till, items[:1])

    def found(*typed: str):
        return [row.registration_id for row in search_ledger(bourse.edition, *typed).rows]

    assert found("etienne") == [first]
    assert found("301") == [second]
    assert found("", "stale") == [first]
    assert found("", "todo") == []
    assert sorted(found("", "computed")) == sorted([first, second])
    assert found("%") == []
    assert sorted(found("", "nonsense")) == sorted([first, second])


@pytest.mark.slow
def test_computing_asks_the_same_number_of_queries_for_3_and_for_30(bourse: Bourse):
    def count_queries() -> int:
        with counted_queries() as seen:
            assert bourse.compute().created
        return len(seen)

    for _ in range(3):
        bourse.depositor(1)
    few = count_queries()
    for _ in range(30):
        bourse.depositor(1)
    assert count_queries() <= few


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    baskets=st.lists(
        st.tuples(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.booleans()), max_size=6
    ),
    rate=st.integers(0, 10_000),
    prices=st.lists(st.integers(1, 9_999), min_size=4, max_size=4),
)
@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_sums_agree_whatever_is_sold_and_voided(app: Flask, baskets, rate, prices):
    bourse = Bourse()
    bourse.edition.commission_bp = rate
    everybody = [bourse.depositor(4)[1] for _ in range(4)]
    for items in everybody:
        for item, cents in zip(items, prices, strict=True):
            item.price_cents = cents
    db.session.flush()
    for who, is_void in baskets:
        items = [i for owner in set(who) for i in everybody[owner] if i.state is ItemState.ON_SALE][:3]
        if items:
            sale = sell(bourse.till, items)
            if is_void:
                void(sale)
    bourse.compute()
    books = load_books(bourse.edition)
    assert books.computed_gross_cents == books.sold_cents == books.taken_cents
    assert books.unexplained_cents == books.gross_gap_cents == 0
    assert books.net_cents - books.shortfall_cents == (
        books.computed_gross_cents - books.commission_cents - books.fees_cents + books.adjustments_cents
    )


def test_the_database_knows_that_a_cheque_pays_once(bourse: Bourse):
    for _ in range(2):
        bourse.depositor()
    bourse.compute()
    for payout in db.session.scalars(select(Payout)):
        payout.cheque_number = "123456"
    with pytest.raises(IntegrityError, match="cheque"):
        db.session.flush()
    db.session.rollback()


def test_of_two_payments_at_once_the_database_lets_one_through(own_app: Flask):
    bourse = Bourse()
    registration_id, items = bourse.depositor()
    sell(bourse.till, items)
    bourse.approved(registration_id)
    db.session.commit()
    edition_id, by_id, start = bourse.edition.id, bourse.treasurer.id, threading.Barrier(2)
    outcomes: list[str] = []

    def click() -> None:
        with own_app.app_context():
            start.wait(10)
            edition = db.session.get_one(Edition, edition_id)
            try:
                services.record_payment(edition, registration_id, PayoutMethod.CASH, by_id)
                db.session.commit()
                outcomes.append("paid")
            except WrongPayoutState:
                db.session.rollback()
                outcomes.append("refused")

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert sorted(outcomes) == ["paid", "refused"]
