"""The live dashboard: right figures, few queries, nothing personal on the hall's screen."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.models import Role
from app.core.db import db
from app.editions.models import Edition, EditionState
from app.reporting.queries import live_figures
from app.reporting.rules import TillStatus
from app.sales.models import PaymentMethod, TillDevice, TillSession
from tests.factories import EditionFactory, TillFactory, UserFactory, list_on_sale
from tests.support.queries import counted_queries
from tests.support.sales import sell, void

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)


@pytest.fixture
def edition(app) -> Edition:
    made: Edition = EditionFactory()
    return made


def test_the_figures_of_the_sale(edition):
    items = list_on_sale(6, registration__edition=edition).items
    till = TillFactory(edition=edition, number=1)
    sell(till, items[:2], PaymentMethod.CARD, at=NOW - timedelta(minutes=2))
    sell(till, items[2:3], at=NOW - timedelta(hours=2))
    void(sell(till, items[3:4], at=NOW))
    live = live_figures(edition.id, NOW)
    assert (live.sales, live.items_sold, live.amount_cents, live.average_cents) == (2, 3, 1350, 675)
    assert (live.remaining, live.offered) == (3, 6)
    assert live.per_minute == 0.1
    assert live.payments[PaymentMethod.CARD] == 900
    assert [(hour.hour, sales) for hour, sales in live.hours] == [(12, 1), (13, 0), (14, 1)]


@pytest.mark.parametrize(
    ("is_open", "seen", "status"),
    [
        (True, timedelta(seconds=30), TillStatus.ONLINE),
        (True, timedelta(minutes=3), TillStatus.OFFLINE),
        (True, None, TillStatus.OFFLINE),
        (False, timedelta(seconds=5), TillStatus.CLOSED),
    ],
)
def test_the_state_of_a_till(edition, is_open, seen, status):
    till, volunteer = TillFactory(edition=edition, number=4), UserFactory(role=Role.VOLUNTEER)
    TillFactory(edition=edition, number=9, training=True)
    db.session.add(
        TillSession(
            edition_id=edition.id,
            till_id=till.id,
            open_till_id=till.id if is_open else None,
            volunteer_id=volunteer.id,
            opening_float_cents=0,
        )
    )
    db.session.add(
        TillDevice(
            edition_id=edition.id,
            till_id=till.id,
            secret_encrypted=b"-",
            registered_by_id=volunteer.id,
            last_seen_at=NOW - seen if seen else None,
            pending_count=23,
        )
    )
    db.session.flush()
    (live,) = live_figures(edition.id, NOW).tills
    assert (live.name, live.status, live.pending) == ("C4", status, 23)


def test_an_edition_without_sale_has_a_dashboard(edition):
    live = live_figures(edition.id, NOW)
    assert (live.sales, live.average_cents, live.hours, live.tills) == (0, 0, [], [])


def test_six_queries_whatever_the_number_of_sales(edition):
    def count_queries() -> int:
        with counted_queries() as seen:
            live_figures(edition.id, NOW)
        return len(seen)

    till = TillFactory(edition=edition, number=1)
    for item in list_on_sale(20, registration__edition=edition).items:
        sell(till, [item], at=NOW)
    assert count_queries() == 6


def test_the_page_and_its_block(client, login, edition):
    sell(TillFactory(edition=edition, number=1), list_on_sale(1, registration__edition=edition).items)
    volunteer = login(client, UserFactory(role=Role.VOLUNTEER, last_name="Marchand"))
    page = volunteer.get(f"/editions/{edition.id}/live").text
    assert "Panier moyen" in page
    block = volunteer.get(f"/editions/{edition.id}/live", headers={"HX-Request": "true"}).text
    assert "<html" not in block
    assert "Panier moyen" in block
    hall = volunteer.get(f"/editions/{edition.id}/live?hall=1").text
    assert "Marchand" not in hall
    assert "Moyens de paiement" not in hall


def test_tills_are_asked_to_synchronise_until_the_edition_is_closed(client, login, edition):
    db.session.commit()
    manager = login(client, UserFactory(role=Role.MANAGER))
    assert "Synchroniser toutes les caisses" in manager.get(f"/editions/{edition.id}/live").text
    edition.state = EditionState.CLOSED
    db.session.commit()
    page = manager.get(f"/editions/{edition.id}/live")
    assert page.status_code == 200
    assert "Synchroniser toutes les caisses" not in page.text


def test_depositors_and_strangers_do_not_see_it(client, login, edition):
    db.session.commit()
    assert client.get(f"/editions/{edition.id}/live").status_code == 302
    depositor = login(client, UserFactory(role=Role.DEPOSITOR))
    assert depositor.get(f"/editions/{edition.id}/live").status_code == 403
