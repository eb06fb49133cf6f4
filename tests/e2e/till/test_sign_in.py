"""The sign-in that vouches for a till ends: selling goes on, and somebody signs in on the same page."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from app.accounts.models import UserSession
from app.accounts.passwords import hash_password
from app.core.clock import utcnow
from app.core.db import db
from tests.support.hall import Hall, scan, sell, status
from tests.support.till_checks import ask_server, sales_on_server, synchronise, wait_for_sales

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]
PASSWORD = "une caisse bien tenue"


def end_all_logins() -> None:
    db.session.rollback()
    db.session.execute(update(UserSession).values(expires_at=utcnow()))
    db.session.commit()


def test_scenario_11_the_login_ends_and_selling_goes_on(till: Page, hall: Hall) -> None:
    hall.volunteer.password_hash = hash_password(PASSWORD)
    db.session.commit()
    sell(till, hall.codes[0])
    synchronise(till)
    end_all_logins()
    sell(till, hall.codes[1])
    expect(status(till)).to_contain_text("Reconnectez-vous – 1 vente gardée", timeout=20_000)
    sell(till, hall.codes[2])
    expect(status(till)).to_contain_text("2 ventes gardées", timeout=20_000)
    assert ask_server(sales_on_server) == 1

    window = till.locator("dialog[data-sign-in]")
    till.get_by_role("button", name="Se reconnecter").first.click()
    window.get_by_label("Mot de passe").fill("le début")
    # The customer comes first: what is scanned is for the basket, whatever field has the focus.
    scan(till, hall.codes[3])
    expect(till.locator("[data-basket] li")).to_have_count(1)
    expect(window).to_be_hidden()
    till.get_by_role("button", name="Se reconnecter").first.click()
    expect(window.get_by_label("Mot de passe")).to_have_value("le début")

    window.get_by_label("Adresse e-mail").fill("odile@example.org")
    window.get_by_role("button", name="Se connecter").click()
    expect(window.get_by_role("alert")).to_contain_text("ne sont pas les bons", timeout=20_000)
    window.get_by_label("Mot de passe").fill(PASSWORD)
    window.get_by_role("button", name="Se connecter").click()
    expect(window).to_be_hidden(timeout=20_000)
    synchronise(till)
    wait_for_sales(3)
    expect(till.locator("[data-basket] li")).to_have_count(1)
