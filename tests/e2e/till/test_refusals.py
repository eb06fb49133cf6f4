"""Nobody signs out while a till of this browser holds sales that only it has."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.accounts.models import UserSession
from app.core.db import db
from tests.support.hall import Hall, sell
from tests.support.till_checks import ask_server, kept_offline, synchronise

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]


def test_scenario_12_signing_out_with_unsent_sales_is_refused(till: Page, hall: Hall) -> None:
    desk = till.context.new_page()
    desk.goto("/till/")
    till.route("**/sync/**", lambda route: route.abort())
    sell(till, hall.codes[0])
    kept_offline(till, 1)
    # The server does not know: this browser does.
    sign_out(desk)
    expect(desk.locator(".toast--danger")).to_contain_text("1 vente sur la caisse C1")
    assert logins_ended() == 0
    till.unroute("**/sync/**")
    synchronise(till)
    sign_out(desk)
    expect(desk.get_by_label("Adresse e-mail")).to_be_visible()
    assert logins_ended() == 1


def sign_out(page: Page) -> None:
    if not page.get_by_role("button", name="Se déconnecter").is_visible():
        page.locator(".topbar__menu").click()
    page.get_by_role("button", name="Se déconnecter").click()


def logins_ended() -> int:
    ended = select(func.count()).where(UserSession.revoked_at.is_not(None))
    return ask_server(lambda: db.session.scalar(ended)) or 0
