"""Disks that are full, memories that are wiped, downloads that stop: the till says so and invents nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.cli.support.processes import wait_until
from app.cli.support.proxy import Fault, FaultyProxy
from app.core.db import db
from app.sales.services.reconciliation import start_epoch
from tests.support.hall import Hall, open_on, scan, sell, status, wait_ready
from tests.support.server import LiveServer
from tests.support.till_checks import FULL_DISK, entries_on_server, journal_of, synchronise, wait_for_sales

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]


def test_scenario_19_the_browser_may_store_no_more(till: Page, hall: Hall) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    scan(till, hall.codes[0])
    till.evaluate(FULL_DISK)
    till.keyboard.press("F2")
    till.keyboard.press("Enter")
    expect(till.locator("[data-answer]")).to_contain_text("NON ENREGISTRÉ")
    expect(till.locator("[data-panel='done']")).to_be_hidden()
    expect(till.locator("[data-basket] li")).to_have_count(1)
    till.evaluate("() => window.letGo()")
    till.locator("[data-confirm]:visible").click()
    expect(till.locator("[data-panel='done']")).to_be_visible()
    wait_for_sales(1)


def test_scenario_20_the_browser_forgot_everything(till: Page, live_server: LiveServer, hall: Hall) -> None:
    sell(till, hall.codes[0])
    sell(till, hall.codes[1])
    synchronise(till)
    context = till.context
    context.set_offline(True)
    sell(till, hall.codes[2])
    till.close()
    till = context.new_page()
    kinds = "indexeddb,cache_storage,service_workers"
    cleared = {"origin": live_server.url, "storageTypes": kinds}
    context.new_cdp_session(till).send("Storage.clearDataForOrigin", cleared)
    context.set_offline(False)
    till.goto(f"/till/{hall.tills[0].id}")
    till.get_by_role("button", name="Reprendre la caisse ici").click()
    wait_ready(till)
    expect(till.locator("[data-alarms]")).to_contain_text("jusqu’au n° 3")
    sell(till, hall.codes[3])
    synchronise(till)
    wait_until(lambda: [entry.seq for entry in entries_on_server()][-1:] == [4], "the sale after the loss")
    assert [record["seq"] for record in journal_of(till, hall.tills[0].id)] == [4]


def test_scenario_35_loading_the_catalogue_is_interrupted(
    proxy: FaultyProxy, live_server: LiveServer, hall: Hall, new_context: Callable[..., BrowserContext]
) -> None:
    page = open_on(new_context(base_url=proxy.url), live_server, hall)
    expect(status(page)).to_contain_text("Synchronisé")
    # A server that begins another life has its whole catalogue loaded again.
    start_epoch("test")
    db.session.commit()
    with proxy.broken(Fault(truncate_at=400, truncate_of="/sync/catalogue")):
        page.keyboard.press("F10")
        expect(status(page)).to_contain_text("Hors connexion", timeout=15_000)
        assert proxy.cut_replies > 0
        sell(page, hall.codes[0])
    synchronise(page)
    wait_for_sales(1)
    scan(page, hall.codes[1])
    expect(page.locator("[data-basket] li")).to_have_count(1)


def test_a_memory_that_cannot_be_opened_is_said_with_what_to_do(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    synchronise(till)
    till.add_init_script("""if (!sessionStorage.healed) IDBFactory.prototype.open = () => {
        throw new DOMException("Internal error opening backing store", "UnknownError");
    };""")
    till.reload()
    gate = till.locator("[data-gate]")
    expect(gate).to_contain_text("Mémoire de la caisse illisible")
    expect(gate).to_contain_text("N’effacez rien")
    till.evaluate("() => { sessionStorage.healed = true; }")
    gate.get_by_role("button", name="Réessayer").click()
    wait_ready(till)
