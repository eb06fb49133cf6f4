"""Tabs and browsers that die: what was shown as kept is there afterwards, what was not is not (3-till.md)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from tests.e2e.till.conftest import kill_browser
from tests.support.hall import Hall, open_on, scan, sell, status, wait_offline_ready, wait_ready
from tests.support.server import LiveServer
from tests.support.till_checks import SLOW, kept_offline, sales_on_server, synchronise, wait_for_sales

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]


def crash(page: Page) -> Page:
    """Kill the tab; returns a new one in the same browser."""
    other = page.context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    with pytest.raises(Error, match="crash"):
        page.goto("chrome://crash")
    page.close()
    return other


def test_scenario_01_tab_killed_right_after_the_sale_is_shown_as_kept(
    till: Page, live_server: LiveServer, hall: Hall
) -> None:
    wait_offline_ready(till)
    live_server.stop()
    sell(till, hall.codes[0], hall.codes[1])
    page = crash(till)
    page.goto(f"/till/{hall.tills[0].id}")
    wait_ready(page)
    kept_offline(page, 1)
    page.keyboard.press("F9")
    expect(page.locator("[data-history-list]")).to_contain_text("245-01, 245-02")
    page.keyboard.press("Escape")
    scan(page, hall.codes[0])
    expect(page.locator("[data-answer]")).to_contain_text("Déjà vendu")
    live_server.start()
    synchronise(page)
    wait_for_sales(1)


def test_scenario_02_browser_killed_in_mid_queue_and_reopened_while_the_server_is_down(
    profile: Callable[[], BrowserContext], live_server: LiveServer, hall: Hall, tmp_path: Path
) -> None:
    page = open_on(profile(), live_server, hall)
    wait_offline_ready(page)
    live_server.stop()
    sell(page, hall.codes[0])
    sell(page, hall.codes[1], key="F3")
    kill_browser(tmp_path / "profile")
    page = profile().new_page()
    page.goto(f"/till/{hall.tills[0].id}")
    wait_ready(page)
    kept_offline(page, 2)
    live_server.start()
    synchronise(page)
    wait_for_sales(2)


def test_scenario_03_killed_before_the_sale_is_on_disk(till: Page, hall: Hall) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    wait_offline_ready(till)
    scan(till, hall.codes[0])
    scan(till, hall.codes[1])
    till.evaluate(SLOW)
    till.keyboard.press("F2")
    till.keyboard.press("Enter")
    till.wait_for_timeout(300)
    expect(till.locator("[data-panel='done']")).to_be_hidden()
    page = crash(till)
    page.goto(f"/till/{hall.tills[0].id}")
    wait_ready(page)
    expect(page.locator("[data-basket] li")).to_have_count(2)
    expect(page.locator("[data-panel='done']")).to_be_hidden()
    page.keyboard.press("F9")
    expect(page.locator("[data-history-empty]")).to_be_visible()
    page.keyboard.press("Escape")
    assert sales_on_server() == 0
    page.keyboard.press("F2")
    page.keyboard.press("Enter")
    expect(page.locator("[data-panel='done']")).to_be_visible()
    wait_for_sales(1)
