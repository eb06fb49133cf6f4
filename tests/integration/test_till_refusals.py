"""What is refused while a till holds sales that only it has: signing out, and going on with the edition."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.core.db import db
from app.editions.models import EditionState
from app.editions.queries import get_edition
from app.editions.step_rules import StepRefused
from app.operations.edition_steps import take_step
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.till import TestTill


@pytest.fixture
def till(app: Flask) -> TestTill:
    items = list_on_sale(2).items
    return TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=4))


def test_signing_out_with_unsent_sales_names_the_tills(
    client: FlaskClient, till: TestTill, login: Callable
) -> None:
    login(client, till.session.volunteer)
    till.ping(client, pending=3, oldest=1_700_000_000_000, last_seq=3)
    refused = client.post("/sign-out")
    assert refused.status_code == 422
    assert "3 ventes sur la caisse C4" in refused.text
    assert client.get("/till/").status_code == 200
    till.ping(client, pending=0, last_seq=3)
    assert client.post("/sign-out").status_code == 303
    assert client.get("/till/").status_code == 302


def test_scenario_13_an_edition_does_not_leave_the_sale_with_a_till_pending(
    client: FlaskClient, till: TestTill
) -> None:
    till.ping(client, pending=2, oldest=1_700_000_000_000, last_seq=2)
    edition_id = till.session.edition_id
    manager = UserFactory(role=Role.MANAGER)
    with pytest.raises(StepRefused, match="2 ventes sur la caisse C4") as refusal:
        take_step(edition_id, EditionState.SETTLING, manager)
    assert "1 caisse à fermer : C4" in refusal.value.message
    db.session.rollback()
    assert get_edition(edition_id).state is EditionState.SELLING


def test_a_difference_between_journals_warns_and_does_not_stop(
    client: FlaskClient, till: TestTill, login: Callable
) -> None:
    login(client, till.session.volunteer)
    closure = f"/till/{till.till_id}/closure"
    till.compare(client)
    assert "diffèrent" not in client.get(closure).text
    till.compare(client, till.sale(("2600101001", 450)))
    assert "diffèrent" in client.get(closure).text
    count = {"card": "0", "cheque": "0", "piece_5000": "1"}
    assert client.post(closure, data=count).status_code == 303
