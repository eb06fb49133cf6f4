"""A drawer is counted in its till's own browser: the till goes on talking, however long it takes."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.cli.support.processes import wait_until
from app.core.clock import utcnow
from app.core.db import db
from app.sales.models import TillDevice
from tests.support.hall import Hall, sell, status, wait_ready
from tests.support.till_checks import ask_server, journal_of

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]


def forget_the_till() -> None:
    """As if nothing had been heard for twenty minutes."""
    db.session.scalars(select(TillDevice)).one().last_seen_at = utcnow() - timedelta(minutes=20)
    db.session.commit()


def is_heard() -> bool:
    seen = ask_server(lambda: db.session.scalars(select(TillDevice.last_seen_at)).one())
    return seen is not None and utcnow() - seen < timedelta(minutes=1)


def close_with_51_euros(till: Page) -> None:
    for label in ("50 €", "1 €"):
        till.get_by_label(label, exact=True).fill("1")
    till.get_by_label("Total des cartes").fill("0")
    till.get_by_label("Total des chèques").fill("0")
    till.get_by_role("button", name="Fermer la caisse").click()


def test_a_till_is_closed_after_a_long_count(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    expect(status(till)).to_contain_text("Synchronisé")
    till.get_by_role("button", name="Fermer").click()
    till.wait_for_url("**/closure")
    forget_the_till()
    wait_until(is_heard, "a ping of the closing page", seconds=20)
    close_with_51_euros(till)
    expect(till.get_by_text("La caisse C1 est fermée")).to_be_visible()
    assert [record["state"] for record in journal_of(till, hall.tills[0].id)] == ["confirmed"]


def test_who_goes_back_from_the_count_sells_at_once(till: Page, hall: Hall) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    till.get_by_role("button", name="Fermer").click()
    till.wait_for_url("**/closure")
    forget_the_till()
    wait_until(is_heard, "a ping of the closing page", seconds=20)
    till.get_by_role("link", name="Continuer à vendre").click()
    wait_ready(till)
    sell(till, hall.codes[0])


def test_the_count_says_what_waits_and_no_longer_once_it_left(till: Page, hall: Hall) -> None:
    state = till.locator("[data-closing-state]")
    till.context.route("**/sync/**", lambda route: route.abort())
    sell(till, hall.codes[0])
    expect(status(till)).to_contain_text("1 vente gardée")
    # The server last heard of one sale waiting.
    device = db.session.scalars(select(TillDevice)).one()
    device.pending_count = 1
    db.session.commit()
    till.goto(f"/till/{hall.tills[0].id}/closure")
    expect(state).to_contain_text("1 vente gardée")
    close_with_51_euros(till)
    refusal = till.get_by_text("1 vente n’est pas envoyée")
    expect(refusal).to_be_visible()
    till.context.unroute("**/sync/**")
    expect(state).to_contain_text("Synchronisé", timeout=40_000)
    expect(refusal).to_have_count(0)
