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


def test_a_till_is_closed_after_a_long_count(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    expect(status(till)).to_contain_text("Synchronisé")
    till.get_by_role("button", name="Fermer").click()
    till.wait_for_url("**/closure")
    forget_the_till()
    wait_until(is_heard, "a ping of the closing page", seconds=20)
    for label in ("50 €", "1 €"):
        till.get_by_label(label, exact=True).fill("1")
    till.get_by_label("Total des cartes").fill("0")
    till.get_by_label("Total des chèques").fill("0")
    till.get_by_role("button", name="Fermer la caisse").click()
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
