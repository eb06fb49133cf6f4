"""What waits leaves by the service worker when the page is closed before the network is back.

The browser of the tests has Background Sync switched off: a stand-in notes what the page asks for, and the
event it would lead to is sent to the real worker by the browser's own tools.
"""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.cli.support.processes import wait_until
from app.core.db import db
from app.sales.models import Sale
from tests.support.hall import Hall, sell, status, wait_offline_ready, wait_ready
from tests.support.server import LiveServer

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
    other = till.context.new_page()
    till.close()
    live_server.start()
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
        {"origin": live_server.url, "registrationId": known[0], "tag": "journal", "lastChance": True},
    )
    wait_until(_is_sold, "the sale at the server", seconds=20)


def _is_sold() -> bool:
    db.session.rollback()
    return bool(db.session.scalar(select(func.count()).select_from(Sale)))
