"""What waits leaves by the service worker when the page is closed before the network is back.

The browser of the tests has Background Sync switched off: a stand-in notes what the page asks for, and the
event it would lead to is sent to the real worker by the browser's own tools.
"""

import pytest
from playwright.sync_api import Page, expect

from app.cli.support.processes import wait_until
from app.sales.models import JournalEntry, Sale
from tests.support.hall import Hall, hear_news, sell, status, wait_offline_ready, wait_ready
from tests.support.server import LiveServer
from tests.support.till_checks import count_on_server, kept_offline

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]
STAND_IN = """globalThis.asked = [];
Object.defineProperty(ServiceWorkerRegistration.prototype, "sync", {
  get: () => ({ register: async (tag) => { asked.push(tag); } }),
});"""
ASKED = "() => [...new Set(asked)]"


def test_the_worker_sends_what_a_closed_page_left(till: Page, hall: Hall, live_server: LiveServer) -> None:
    till.add_init_script(STAND_IN)
    till.reload()
    wait_ready(till)
    wait_offline_ready(till)
    expect(status(till)).to_contain_text("Synchronisé")
    live_server.stop()
    till.keyboard.press("F10")
    expect(status(till)).to_contain_text("Hors connexion")
    assert till.evaluate(ASKED) == []  # nothing waits
    sell(till, hall.codes[0])
    wait_until(lambda: till.evaluate(ASKED) == ["journal"], "the worker to be asked", seconds=20)
    send_by_worker(till, live_server)
    wait_until(lambda: count_on_server(Sale) == 1, "the sale at the server", seconds=20)


def test_what_the_worker_was_refused_is_told_by_the_page_that_comes_next(
    till: Page, hall: Hall, live_server: LiveServer
) -> None:
    till_id = hall.tills[0].id
    wait_offline_ready(till)
    expect(status(till)).to_contain_text("Synchronisé")
    live_server.stop()
    sell(till, hall.codes[0])
    kept_offline(till, 1)
    till.evaluate(
        """async (tillId) => {
            const { openStore } = await import("/static/js/till/store.js");
            const database = await openStore(tillId);
            await database.put("journal", { ...(await database.get("journal", 1)), mac: "0".repeat(64) });
            database.close();
        }""",
        till_id,
    )
    page = send_by_worker(till, live_server)
    wait_until(lambda: count_on_server(JournalEntry) == 1, "the entry at the server", seconds=20)
    page.goto(f"/till/{till_id}")
    wait_ready(page)
    expect(page.locator("[data-answer]")).to_contain_text("Vente à vérifier")
    page.reload()
    wait_ready(page)
    hear_news(page)
    expect(page.locator("[data-answer]")).not_to_contain_text("Vente à vérifier")


def send_by_worker(till: Page, server: LiveServer) -> Page:
    """The till's page is closed, the network comes back; returns another page of the browser."""
    other = till.context.new_page()
    till.close()
    server.start()
    other.goto("/aide/img/none")
    devtools = till.context.new_cdp_session(other)
    known: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: known.extend(each["registrationId"] for each in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    other.wait_for_timeout(300)
    devtools.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": server.url, "registrationId": known[0], "tag": "journal", "lastChance": True},
    )
    return other
