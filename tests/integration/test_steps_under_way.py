"""What depends on the state of an edition happens before a step or after it, never across.

On MariaDB: SQLite lets one transaction write at a time.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Role
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.check_in_rules import CheckInClosed, Verified
from app.deposits.editing_rules import ListNotUnlockable
from app.deposits.models import Item, ItemList, ItemState, ListState
from app.deposits.services.check_in import complete_check_in
from app.deposits.services.lists import unlock_list
from app.deposits.services.settling import mark_unsold
from app.editions.guard import EditionIsClosed
from app.editions.models import Edition, EditionState, Till
from app.editions.services.steps import lock_edition
from app.payouts import services as payouts
from app.payouts.models import Payout, PayoutMethod, PayoutState
from app.payouts.rules import ChequeAlreadyUsed
from app.payouts.services import settling
from app.restitution.services import TooEarlyToGiveBack, hand_over
from app.sales.models import TillSession
from app.sales.services.sessions import SaleNotUnderWay, open_session
from tests.factories import EditionFactory, TillFactory, UserFactory, declared_list, list_on_sale
from tests.support.sales import sell

pytestmark = pytest.mark.parametrize("backend", ["mariadb"])
SAID = Verified(True, True, "Odette Pastourel", "Paul Estève", "M1 2 L3 4", False)


@contextmanager
def step_under_way(app: Flask, edition_id: int, target: EditionState) -> Iterator[None]:
    """Within, another request takes a step: it has the edition and commits half a second later."""
    held = threading.Event()

    def end() -> None:
        with app.app_context():
            lock_edition(edition_id).state = target
            db.session.flush()
            if target is EditionState.SETTLING:
                mark_unsold(edition_id)
            held.set()
            time.sleep(0.5)
            db.session.commit()

    thread = threading.Thread(target=end)
    thread.start()
    assert held.wait(10)
    try:
        yield
    finally:
        db.session.rollback()
        thread.join()


def set_state(app: Flask, edition_id: int, state: EditionState) -> None:
    """Another request takes a step, from beginning to end."""

    def step() -> None:
        with app.app_context():
            lock_edition(edition_id).state = state
            db.session.commit()

    thread = threading.Thread(target=step)
    thread.start()
    thread.join()


def two_approved(app: Flask) -> tuple[Edition, int, list[int]]:
    """An edition that settles with two approved payouts: edition, treasurer, registrations."""
    edition = EditionFactory(state=EditionState.SETTLING)
    till, treasurer = TillFactory(edition=edition), UserFactory(role=Role.TREASURER)
    lists = [list_on_sale(2, number=number, registration__edition=edition) for number in (600, 601)]
    for each in lists:
        sell(till, each.items)
    payouts.compute_payouts(edition, treasurer.id)
    payouts.approve(edition, treasurer.id)
    db.session.commit()
    return edition, treasurer.id, [each.registration_id for each in lists]


def test_nothing_goes_on_sale_once_the_sale_is_over(own_app: Flask) -> None:
    brought = declared_list(3)
    edition_id, registration_id = brought.edition_id, brought.registration_id
    volunteer_id = UserFactory(role=Role.VOLUNTEER).id
    db.session.commit()
    with step_under_way(own_app, edition_id, EditionState.SETTLING), pytest.raises(CheckInClosed):
        complete_check_in(edition_id, registration_id, SAID, volunteer_id)
    assert set(db.session.scalars(select(Item.state))) == {ItemState.DECLARED}


def test_no_till_opens_once_the_sale_is_over(own_app: Flask) -> None:
    till, volunteer_id = TillFactory(), UserFactory(role=Role.VOLUNTEER).id
    db.session.commit()
    till_id, edition_id = till.id, till.edition_id
    with step_under_way(own_app, edition_id, EditionState.SETTLING), pytest.raises(SaleNotUnderWay):
        open_session(db.session.get_one(Till, till_id), volunteer_id, 5000)
    assert db.session.scalars(select(TillSession)).all() == []


def test_no_list_is_reopened_once_the_sale_goes_on(own_app: Flask) -> None:
    brought = declared_list(2, registration__edition__state=EditionState.FROZEN)
    manager_id = UserFactory(role=Role.MANAGER).id
    db.session.commit()
    list_id, edition_id = brought.id, brought.edition_id
    db.session.remove()
    item_list = db.session.get_one(ItemList, list_id)
    assert item_list.registration.edition.state is EditionState.FROZEN, "as the manager's page read it"
    with step_under_way(own_app, edition_id, EditionState.SELLING), pytest.raises(ListNotUnlockable):
        unlock_list(item_list, manager_id, "un prix oublié")
    assert db.session.scalars(select(ItemList.state)).one() is ListState.VALIDATED


def test_a_payment_is_not_taken_back_once_the_edition_is_closed(own_app: Flask) -> None:
    edition, treasurer_id, registration_ids = two_approved(own_app)
    for registration_id in registration_ids:
        payouts.record_payment(edition, registration_id, PayoutMethod.CASH, treasurer_id)
    db.session.commit()
    assert edition.state is EditionState.SETTLING, "as the treasurer's page read it"
    set_state(own_app, edition.id, EditionState.CLOSED)
    with pytest.raises(EditionIsClosed):
        payouts.undo_payment(edition, registration_ids[0], treasurer_id, "erreur")
    db.session.rollback()
    assert set(db.session.scalars(select(Payout.state))) == {PayoutState.PAID}


def test_nothing_is_handed_over_once_the_sale_goes_on_again(own_app: Flask) -> None:
    brought = list_on_sale(2, registration__edition__state=EditionState.SETTLING)
    for item in brought.items:
        item.state = ItemState.UNSOLD
    db.session.commit()
    edition = brought.registration.edition
    assert edition.state is EditionState.SETTLING
    set_state(own_app, edition.id, EditionState.SELLING)
    with pytest.raises(TooEarlyToGiveBack):
        hand_over(edition, brought.registration_id, UserFactory(role=Role.VOLUNTEER).id)


def test_whatever_an_edition_was_when_it_was_read_the_guard_sees_what_it_is(own_app: Flask) -> None:
    brought = declared_list(1)
    db.session.commit()
    edition, item = brought.registration.edition, brought.items[0]
    assert edition.state is EditionState.SELLING
    set_state(own_app, edition.id, EditionState.CLOSED)
    item.price_cents = 900
    with pytest.raises(EditionIsClosed):
        db.session.flush()


def test_of_two_payments_by_one_cheque_one_is_refused(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition, treasurer_id, registration_ids = two_approved(own_app)
    edition_id, look = edition.id, settling._check_cheque_is_new
    db.session.remove()

    def slowly(*args: object) -> None:
        look(*args)
        time.sleep(0.5)

    monkeypatch.setattr(settling, "_check_cheque_is_new", slowly)
    refused: list[DomainError] = []

    def pay(registration_id: int) -> Callable[[], None]:
        def paying() -> None:
            with own_app.app_context():
                try:
                    edition = db.session.get_one(Edition, edition_id)
                    payouts.record_payment(
                        edition, registration_id, PayoutMethod.CHEQUE, treasurer_id, "123456"
                    )
                    db.session.commit()
                except DomainError as refusal:
                    refused.append(refusal)

        return paying

    threads = [threading.Thread(target=pay(each)) for each in registration_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(each) for each in refused] == [ChequeAlreadyUsed]
    assert sorted(db.session.scalars(select(Payout.state))) == [PayoutState.APPROVED, PayoutState.PAID]
