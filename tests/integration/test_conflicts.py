"""An item paid at two tills (RUN-003): what both are told, and the three ways on."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.db import db, in_transaction
from app.core.errors import NotFound
from app.deposits.models import Item, ItemState
from app.editions.models import Edition, EditionState
from app.operations.edition_facts import collect_facts
from app.payouts import services as payouts
from app.payouts.queries import figure_page, get_ledger_row, load_books
from app.sales.conflict_rules import ConflictIsOver, NoteMissing, NotTheItemSold
from app.sales.models import ConflictResolution, LineState, Payment, PaymentMethod, SaleLine, SyncConflict
from app.sales.queries import conflict_page, conflicts_of_till, expected_by_method, get_conflict
from app.sales.queries.item_sales import sales_of_item
from app.sales.refund_rules import RefundWay
from app.sales.services.conflicts import give_sold_item, leave_unclaimed, refund_buyer
from app.sales.services.journal import receive_entry
from app.sales.services.voids import DrawerIsClosed, RefundWish, void_lines
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.till import TestTill

CASH, CARD, CHEQUE = PaymentMethod


class Hall:
    """C1 sold an item first, C2 three minutes later by card with another item: C2 is to give 4,50 € back."""

    def __init__(self) -> None:
        item_list = list_on_sale(4, number=245)
        self.items: list[Item] = item_list.items
        self.edition: Edition = item_list.registration.edition
        self.tills = [TestTill(TillFactory(edition=self.edition, number=number)) for number in (1, 2, 3)]
        self.manager: User = UserFactory(role=Role.MANAGER)
        db.session.commit()
        self.noon = utcnow() - timedelta(hours=1)
        self.first = self.sell(0, 0)
        self.second = self.sell(1, 0, 1, minutes=3, method="card")
        (conflict,) = db.session.scalars(
            select(SyncConflict).where(SyncConflict.edition_id == self.edition.id)
        )
        self.conflict_id: int = conflict.id

    def sell(self, till: int, *items: int, minutes: float = 0, method: str = "cash"):
        lines = [(self.items[place].code, 450) for place in items]
        entry = self.tills[till].sale(*lines, at=self.noon + timedelta(minutes=minutes), method=method)
        receive_entry(self.tills[till].device, entry)
        db.session.expire_all()
        return entry

    def take_back(self, till: int, sale, *items: int, minutes: float) -> None:
        codes = [self.items[place].code for place in items]
        at = self.noon + timedelta(minutes=minutes)
        receive_entry(
            self.tills[till].device, self.tills[till].void(sale, *codes, refund=450 * len(codes), at=at)
        )
        db.session.expire_all()

    def refund(self, till: int = 1, way: RefundWay = RefundWay.AS_PAID, note: str = ""):
        wish, ids = RefundWish(self.tills[till].session.id, way), (self.edition.id, self.conflict_id)
        by_id = self.manager.id
        refund = in_transaction(lambda: refund_buyer(*ids, note, wish, by_id))
        db.session.expire_all()
        return refund

    def give(self, item_id: int) -> None:
        ids, by_id = (self.edition.id, self.conflict_id), self.manager.id
        in_transaction(lambda: give_sold_item(*ids, item_id, by_id))
        db.session.expire_all()

    def leave(self, note: str = "annonce au micro") -> None:
        ids, by_id = (self.edition.id, self.conflict_id), self.manager.id
        in_transaction(lambda: leave_unclaimed(*ids, note, by_id))
        db.session.expire_all()

    @property
    def conflict(self) -> SyncConflict:
        return db.session.get_one(SyncConflict, self.conflict_id)

    @property
    def view(self):
        return get_conflict(self.edition.id, self.conflict_id)

    def acts(self) -> list[str]:
        subject = AuditEntry.subject == f"conflict:{self.conflict_id}"
        return list(db.session.scalars(select(AuditEntry.action).where(subject).order_by(AuditEntry.seq)))

    def books(self) -> tuple[int, int, int, int]:
        """Sold, to be refunded, kept, and what no line explains."""
        books = load_books(self.edition)
        return books.sold_cents, books.conflict_cents, books.kept_cents, books.unexplained_cents


@pytest.fixture
def hall(app: Flask) -> Hall:
    return Hall()


def test_both_sales_are_shown_with_the_reason_one_keeps_the_item(hall: Hall) -> None:
    (view,) = conflict_page(hall.edition.id, settled=False).rows
    assert (view.kept.till, view.kept.ticket, view.kept.price_cents, view.kept.methods) == (
        "C1",
        "C1-1",
        450,
        (CASH,),
    )
    assert (view.lost.till, view.lost.methods, view.lost.state) == ("C2", (CARD,), LineState.CONFLICT)
    assert view.because == "Vendu en premier, 3\u00a0min plus tôt."
    assert (view.is_open, view.may_be_settled, view.number) == (True, True, 245)
    assert conflict_page(hall.edition.id, settled=True).rows == []


def test_each_till_learns_what_to_tell_its_customer(hall: Hall, client: FlaskClient) -> None:
    code, first, later = hall.items[0].code, hall.noon, hall.noon + timedelta(minutes=3)
    at, other_at = int(first.timestamp() * 1000), int(later.timestamp() * 1000)
    ask = {"t0": 1, "cursor": 0, "pending": 0, "last_seq": 0}
    told = [till.request(client, "POST", "/sync/ping", ask).json["conflicts"] for till in hall.tills]
    common = {"code": code, "name": "Pantalon", "price": 450}
    assert told == [
        [{**common, "refund": False, "other_till": 2, "at": at, "other_at": other_at}],
        [{**common, "refund": True, "other_till": 1, "at": other_at, "other_at": at}],
        [],
    ]
    hall.refund()
    assert [conflicts_of_till(till.till_id) for till in hall.tills] == [[], [], []]


def test_the_second_buyer_is_refunded_from_a_drawer(hall: Hall) -> None:
    assert hall.books() == (900, 450, 0, 0)
    refund = hall.refund(till=2, way=RefundWay.CASH)
    assert (refund.till, refund.amounts) == ("C3", {CASH: 450})
    conflict, view = hall.conflict, hall.view
    assert conflict.resolution is ConflictResolution.REFUNDED
    assert (conflict.resolved_by_id, view.is_open, view.lost.state) == (
        hall.manager.id,
        False,
        LineState.VOID,
    )
    assert expected_by_method(hall.tills[2].session) == {"cash": 5000 - 450, "card": 0, "cheque": 0}
    assert hall.items[0].state is ItemState.SOLD
    assert hall.books() == (900, 0, 0, 0)
    assert hall.acts() == ["conflict.refunded"]
    with pytest.raises(ConflictIsOver):
        hall.refund()
    (settled,) = conflict_page(hall.edition.id, settled=True).rows
    assert settled.resolved_by == hall.manager.full_name


def test_as_paid_the_card_gets_it_back(hall: Hall) -> None:
    assert hall.refund(note="client revenu à 15 h").amounts == {CARD: 450}
    assert hall.conflict.note == "client revenu à 15 h"


def test_no_refund_from_a_till_that_is_not_open(hall: Hall) -> None:
    wish = RefundWish(0, RefundWay.CASH)
    with pytest.raises(DrawerIsClosed):
        refund_buyer(hall.edition.id, hall.conflict_id, "", wish, hall.manager.id)


def test_voiding_the_whole_second_sale_settles_its_conflict_too(hall: Hall) -> None:
    line = db.session.get_one(SaleLine, hall.view.lost.line_id)
    lines = list(db.session.scalars(select(SaleLine.id).where(SaleLine.sale_id == line.sale_id)))
    wish = RefundWish(hall.tills[1].session.id, RefundWay.AS_PAID)
    ids = hall.edition.id, line.sale_id
    in_transaction(lambda: void_lines(*ids, lines, "deux fois", wish, hall.manager.id))
    db.session.expire_all()
    assert (hall.conflict.resolution, hall.conflict.note) == (ConflictResolution.REFUNDED, "deux fois")
    assert hall.books() == (450, 0, 0, 0)


def test_the_second_sale_may_be_of_another_item(hall: Hall) -> None:
    """The labels were mixed up: the sale stands, at the price charged, for the item really sold."""
    registration_id = hall.items[0].item_list.registration_id
    payouts.compute_payouts(hall.edition, hall.manager.id)
    db.session.commit()
    other = hall.items[2]
    hall.give(other.id)
    line = db.session.get_one(SaleLine, hall.view.lost.line_id)
    assert (line.item_id, line.active_item_id, line.state) == (other.id, other.id, LineState.ACTIVE)
    assert (line.assigned_by_id, line.code) == (hall.manager.id, hall.items[0].code)
    assert [item.state for item in hall.items[:3]] == [ItemState.SOLD] * 3
    assert hall.conflict.resolution is ConflictResolution.REASSIGNED
    assert hall.view.given is not None
    assert (hall.view.given.id, hall.view.given_number) == (other.id, 245)
    assert hall.books() == (1350, 0, 0, 0)
    assert hall.acts() == ["conflict.reassigned"]
    row = get_ledger_row(hall.edition, registration_id)
    assert (row.is_stale, row.current.amounts.gross) == (True, 1350)
    assert [sale.till for sale in sales_of_item(other.id)] == ["C2"]
    assert conflicts_of_till(hall.tills[1].till_id) == []


def test_only_an_item_of_the_hall_that_nobody_bought(hall: Hall) -> None:
    for state in (ItemState.RETURNED, ItemState.DECLARED):
        hall.items[3].state = state
        db.session.commit()
        with pytest.raises(NotTheItemSold):
            hall.give(hall.items[3].id)
    with pytest.raises(NotTheItemSold):
        hall.give(hall.items[1].id)
    elsewhere = list_on_sale(1).items[0]
    db.session.commit()
    for item_id in (elsewhere.id, 0):
        with pytest.raises(NotFound):
            hall.give(item_id)
    assert hall.view.is_open


def test_an_item_given_that_was_sold_before_is_the_same_trouble_again(hall: Hall) -> None:
    """A till that was offline had sold the other item too, earlier: its sale is stored, as every paid sale,
    and the conflict is open again, about that item."""
    hall.give(hall.items[2].id)
    entry = hall.sell(2, 2, minutes=1)
    assert db.session.scalar(select(func.count()).select_from(SyncConflict)) == 1
    view = hall.view
    assert (view.is_open, view.item.id, view.kept.till, view.lost.till) == (
        True,
        hall.items[2].id,
        "C3",
        "C2",
    )
    assert hall.conflict.resolution is None
    assert hall.books() == (1350, 450, 0, 0)
    (told,) = conflicts_of_till(hall.tills[1].till_id)
    assert (told.code, told.refund, told.other_till) == (hall.items[2].code, True, 3)
    # Its sale taken back, the item is the customer's of C2 after all.
    hall.take_back(2, entry, 2, minutes=2)
    assert (hall.view.is_open, hall.view.lost.state) == (False, LineState.ACTIVE)
    assert hall.books() == (1350, 0, 0, 0)


def test_nobody_came_back_and_the_money_stays(hall: Hall) -> None:
    with pytest.raises(NoteMissing):
        hall.leave("   ")
    hall.leave()
    conflict = hall.conflict
    assert (conflict.resolution, conflict.note) == (ConflictResolution.UNCLAIMED, "annonce au micro")
    assert collect_facts(hall.edition).open_conflicts == 0
    assert db.session.scalar(select(func.sum(Payment.amount_cents))) == 1350
    assert expected_by_method(hall.tills[1].session)["card"] == 900
    assert hall.books() == (900, 0, 450, 0)
    assert figure_page(hall.edition, "gardes").total_cents == 450
    assert figure_page(hall.edition, "doubles").total_cents == 0
    with pytest.raises(ConflictIsOver):
        hall.leave()


def test_who_comes_back_later_is_refunded_all_the_same(hall: Hall) -> None:
    hall.leave()
    hall.refund()
    assert hall.conflict.resolution is ConflictResolution.REFUNDED
    assert hall.acts() == ["conflict.unclaimed", "conflict.refunded"]
    assert hall.books() == (900, 0, 0, 0)


def test_when_the_first_sale_is_taken_back_the_second_keeps_the_item(hall: Hall) -> None:
    hall.take_back(0, hall.first, 0, minutes=2)
    view = hall.view
    assert (view.is_open, view.resolution, view.lost.state) == (False, None, LineState.ACTIVE)
    assert not view.may_be_settled
    for way_on in (hall.refund, hall.leave, lambda: hall.give(hall.items[2].id)):
        with pytest.raises(ConflictIsOver):
            way_on()
    assert hall.books() == (900, 0, 0, 0)
    # An even earlier sale comes in: it is to be looked at again.
    hall.sell(2, 0, minutes=-5)
    assert (hall.view.is_open, hall.view.kept.till) == (True, "C3")


def test_a_conflict_of_another_edition_is_not_found(hall: Hall) -> None:
    other = Hall()
    with pytest.raises(NotFound):
        get_conflict(other.edition.id, hall.conflict_id)
    wish = RefundWish(other.tills[0].session.id, RefundWay.CASH)
    with pytest.raises(NotFound):
        refund_buyer(other.edition.id, hall.conflict_id, "", wish, other.manager.id)
    with pytest.raises(NotFound):
        leave_unclaimed(other.edition.id, hall.conflict_id, "micro", other.manager.id)


def test_after_the_sale_a_given_item_is_no_more_unsold(hall: Hall) -> None:
    hall.items[2].state = ItemState.UNSOLD
    hall.edition.state = EditionState.SETTLING
    db.session.commit()
    hall.give(hall.items[2].id)
    assert hall.items[2].state is ItemState.SOLD
