"""Asking all tills to synchronise, and seeing what they answer."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.till import TestTill


@pytest.fixture
def till(app: Flask) -> TestTill:
    items = list_on_sale(2).items
    return TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=4))


def test_managers_ask_and_see_the_answer(client: FlaskClient, till: TestTill, login: Callable) -> None:
    edition_id = till.session.edition_id
    address, live = f"/till/editions/{edition_id}/synchronisation", f"/editions/{edition_id}/live"
    login(client, UserFactory(role=Role.VOLUNTEER))
    assert address not in client.get(live).text
    assert client.post(address).status_code == 403
    login(client, UserFactory(role=Role.MANAGER))
    assert address in client.get(live).text
    assert (client.post(address).status_code, client.post(address).status_code) == (303, 303)
    [order] = till.ping(client, pending=2, oldest=1_700_000_000_000, last_seq=2)["orders"]
    for page in ("/till/", live):
        text = client.get(page).text
        assert "Synchronisation demandée à" in text
        assert "2 ventes à envoyer" in text
    till.ping(client, done=[order["id"]])
    till.compare(client)
    for page in ("/till/", live):
        text = client.get(page).text
        assert "Synchronisée à" in text
        assert "Journal identique" in text
