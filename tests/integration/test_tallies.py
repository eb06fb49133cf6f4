"""The running figures of the sale follow every change of a sale, hour by hour and till by till."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.core.db import db
from app.deposits.models import Item
from app.sales.models import PaymentMethod, Sale
from app.sales.rules import hour_of
from app.sales.services.tallies import count_all_again
from tests.factories import EditionFactory, TillFactory, list_on_sale
from tests.support.sales import tallies_of
from tests.support.till import TestTill


@pytest.fixture
def items(app) -> list[Item]:
    return list_on_sale(3, registration__edition=EditionFactory(number=26)).items


@pytest.fixture
def tills(items) -> list[TestTill]:
    edition = items[0].item_list.registration.edition
    return [TestTill(TillFactory(edition=edition, number=number)) for number in (1, 2)]


def test_a_sale_a_void_and_a_sale_of_an_earlier_hour(client: FlaskClient, tills, items) -> None:
    till, edition_id = tills[0], tills[0].session.edition_id
    first = till.sale((items[0].code, 450), (items[1].code, 450))
    till.send(client, first)
    till.send(client, till.void(first, items[1].code, refund=450))
    sale = db.session.query(Sale).one()
    hour = hour_of(sale.sold_at)
    assert tallies_of(edition_id) == [(till.till_id, hour, 1, 1, 450, 0, 450, 0, 0)]
    earlier = sale.sold_at - timedelta(hours=2)
    till.send(client, till.sale((items[2].code, 450), at=earlier))
    assert [tally[1:3] for tally in tallies_of(edition_id)] == [(hour_of(earlier), 1), (hour, 1)]


def test_an_item_that_changes_hands_changes_both_tills(client: FlaskClient, tills, items) -> None:
    one, two = tills
    later = one.sale((items[0].code, 450))
    one.send(client, later)
    sold_at = db.session.query(Sale).one().sold_at
    two.send(client, two.sale((items[0].code, 450), at=sold_at - timedelta(seconds=1)))
    figures = {tally[0]: tally[2:5] for tally in tallies_of(one.session.edition_id)}
    assert figures == {one.till_id: (0, 0, 0), two.till_id: (1, 1, 450)}


def test_what_was_written_in_bulk_is_counted(client: FlaskClient, tills, items) -> None:
    till, edition_id = tills[0], tills[0].session.edition_id
    till.send(client, till.sale((items[0].code, 450)))
    sale = db.session.query(Sale).one()
    sale.payments[0].method, sale.private_period = PaymentMethod.CHEQUE, True
    db.session.flush()
    count_all_again(edition_id)
    assert tallies_of(edition_id) == [(till.till_id, hour_of(sale.sold_at), 1, 1, 450, 450, 0, 0, 450)]
