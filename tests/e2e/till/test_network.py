"""Networks and servers that fail in every way: no sale lost, none counted twice (3-till.md)."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.cli.support.processes import wait_until
from app.cli.support.proxy import Fault, FaultyProxy
from app.sales.models import JournalEntry
from tests.support.hall import Hall, open_on, scan, sell, status, wait_offline_ready, wait_ready
from tests.support.server import LiveServer
from tests.support.till_checks import (
    count_on_server,
    kept_offline,
    sales_on_server,
    synchronise,
    wait_for_sales,
)

pytestmark = pytest.mark.browser


def test_scenario_04_the_server_commits_but_the_reply_is_lost(
    proxy: FaultyProxy, live_server: LiveServer, hall: Hall, new_context: Callable[..., BrowserContext]
) -> None:
    page = open_on(new_context(base_url=proxy.url), live_server, hall)
    expect(status(page)).to_contain_text("Synchronisé")
    with proxy.broken(Fault(drop_replies=True)):
        sell(page, hall.codes[0])
        wait_for_sales(1)
        wait_until(lambda: proxy.lost_replies > 0, "a reply lost", seconds=20)
        kept_offline(page, 1)
    synchronise(page)
    assert sales_on_server() == 1
    assert count_on_server(JournalEntry) == 1


def test_scenario_05_the_same_sale_posted_twice_at_once(
    till: Page, live_server: LiveServer, hall: Hall
) -> None:
    till.context.set_offline(True)
    sell(till, hall.codes[0])
    till.context.set_offline(False)
    answers = till.evaluate(
        """async (tillId) => {
            const { openStore, pendingEntries, readMeta } = await import("/static/js/till/store.js");
            const { signedJson } = await import("/static/js/till/server.js");
            const database = await openStore(tillId);
            const { key } = await readMeta(database, ["key"]);
            const [{ uuid, hash, payload, mac }] = await pendingEntries(database, 1);
            const entries = [{ uuid, hash, payload, mac }];
            const post = () => signedJson(key, "POST", "/sync/journal", { entries });
            const answers = await Promise.all(Array.from({ length: 6 }, post));
            return answers.map(({ verdicts }) => JSON.stringify(verdicts));
        }""",
        hall.tills[0].id,
    )
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert sales_on_server() == 1
    synchronise(till)
    assert sales_on_server() == 1


def test_scenario_06_the_server_is_frozen(till: Page, live_server: LiveServer, hall: Hall) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    live_server.freeze()
    sell(till, hall.codes[0])
    # The request of this sale is given up after five seconds.
    kept_offline(till, 1)
    sell(till, hall.codes[1])
    kept_offline(till, 2)
    live_server.thaw()
    synchronise(till)
    wait_for_sales(2)


def test_scenario_07_the_server_hangs_and_the_page_is_reloaded(
    till: Page, live_server: LiveServer, hall: Hall
) -> None:
    wait_offline_ready(till)
    live_server.freeze()
    till.on("dialog", lambda dialog: dialog.accept())
    till.reload()
    wait_ready(till)
    sell(till, hall.codes[0])
    live_server.thaw()
    synchronise(till)
    wait_for_sales(1)


def test_scenario_08_the_network_is_up_but_the_server_is_down(
    till: Page, live_server: LiveServer, hall: Hall
) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    live_server.kill()
    expect(status(till)).to_contain_text("Hors connexion", timeout=15_000)
    assert till.evaluate("() => navigator.onLine") is True
    sell(till, hall.codes[0])
    kept_offline(till, 1)
    live_server.start()
    synchronise(till)
    wait_for_sales(1)


@pytest.mark.parametrize("body", ["<h1>WiFi</h1>", "{}", '{"verdicts": [{"verdict": "confirmed"}]}'])
def test_scenario_09_a_captive_portal_confirms_nothing(till: Page, hall: Hall, body: str) -> None:
    kind = "application/json" if body.startswith("{") else "text/html"
    till.context.route("**/sync/**", lambda route: route.fulfill(status=200, content_type=kind, body=body))
    sell(till, hall.codes[0])
    kept_offline(till, 1)
    till.context.unroute("**/sync/**")
    till.keyboard.press("F10")
    wait_for_sales(1)


@contextmanager
def flapping(proxy: FaultyProxy, seconds: float) -> Iterator[None]:
    """The network comes and goes in a new way every `seconds`."""
    over = threading.Event()

    def flap() -> None:
        for fault in cycle([Fault(drop_requests=True), Fault(), Fault(drop_replies=True), Fault(delay_s=1)]):
            proxy.fault = fault
            proxy.cut()
            if over.wait(seconds):
                return

    thread = threading.Thread(target=flap)
    thread.start()
    yield
    over.set()
    thread.join()
    proxy.fault = Fault()


def test_scenario_10_the_network_flaps(
    proxy: FaultyProxy, live_server: LiveServer, hall: Hall, new_context: Callable[..., BrowserContext]
) -> None:
    page = open_on(new_context(base_url=proxy.url), live_server, hall)
    expect(status(page)).to_contain_text("Synchronisé")
    with flapping(proxy, seconds=2):
        for code in hall.codes[:8]:
            sell(page, code)
            time.sleep(2)
    synchronise(page)
    wait_for_sales(8)
    assert count_on_server(JournalEntry) == 8
    scan(page, hall.codes[8])
    expect(page.locator("[data-basket] li")).to_have_count(1)
