"""Several tabs, several versions of the page: one sells, and none is changed under a customer (3-till.md)."""

from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.support.hall import Hall, scan, sell, status, wait_offline_ready, wait_ready
from tests.support.server import LiveServer
from tests.support.till_checks import entries_on_server, flags_of, journal_of, synchronise, wait_for_sales

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]
# Ask for a new version; resolves to the state of the workers when the browser has made up its mind.
LOOK_FOR_UPDATE = """async () => {
    const registration = await navigator.serviceWorker.getRegistration("/till/");
    await registration.update().catch(() => {});
    const next = registration.installing;
    if (next) await new Promise((done) => next.addEventListener("statechange", () => done()));
    return { waiting: Boolean(registration.waiting), active: Boolean(registration.active) };
}"""


def version_of(page: Page) -> str:
    return page.evaluate("() => document.body.dataset.version")


def test_scenario_14_a_second_tab_waits_and_takes_over(till: Page, hall: Hall) -> None:
    wait_offline_ready(till)
    sell(till, hall.codes[0])
    second = till.context.new_page()
    second.goto(f"/till/{hall.tills[0].id}")
    expect(second.locator("[data-gate]")).to_contain_text("Un autre onglet de ce navigateur vend déjà")
    scan(second, hall.codes[1])
    expect(second.locator("[data-basket] li")).to_have_count(0)
    sell(till, hall.codes[1])
    till.close()
    wait_ready(second)
    sell(second, hall.codes[2])
    synchronise(second)
    wait_for_sales(3)
    assert [record["seq"] for record in journal_of(second, hall.tills[0].id)] == [1, 2, 3]


def test_scenario_15_a_new_version_is_deployed_in_the_middle_of_a_sale(
    till: Page, live_server: LiveServer, hall: Hall, new_version: Callable[[], Path]
) -> None:
    wait_offline_ready(till)
    old = version_of(till)
    scan(till, hall.codes[0])
    live_server.stop()
    new_version()
    live_server.start()
    assert till.evaluate(LOOK_FOR_UPDATE) == {"waiting": True, "active": True}
    offer = till.get_by_role("button", name="Nouvelle version")
    till.wait_for_timeout(2500)
    expect(offer).to_be_hidden()
    # The old page finishes its sale, also when it must be opened again.
    till.reload()
    wait_ready(till)
    assert version_of(till) == old
    till.keyboard.press("F2")
    till.keyboard.press("Enter")
    expect(till.locator("[data-panel='done']")).to_be_visible()
    expect(offer).to_be_visible()
    offer.click()
    expect(till.locator("body")).not_to_have_attribute("data-version", old)
    wait_ready(till)
    sell(till, hall.codes[1])
    wait_for_sales(2)


def test_scenario_16_sales_queued_by_the_previous_version_of_the_page(till: Page, hall: Hall) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    till.context.set_offline(True)
    till.evaluate(
        """async ([tillId, code]) => {
            const { openStore, readMeta } = await import("/static/js/till/store.js");
            const { canonical, hmac, sha256 } = await import("/static/js/till/signing.js");
            const database = await openStore(tillId);
            const { key, session } = await readMeta(database, ["key", "session"]);
            const at = new Date().toISOString();
            const entry = {
                v: 1, kind: "sale", uuid: crypto.randomUUID(), till: tillId, seq: 1, at,
                session: session.uuid,
                clock: { wall: at, offset_ms: 0, error_ms: 3 }, online: false,
                lines: [{ code, price: 100 }], payments: [{ method: "cash", amount: 100 }], total: 100,
            };
            const payload = canonical(entry);
            const [hash, mac] = [await sha256(payload), await hmac(key.key, payload)];
            const { seq, uuid, kind } = entry;
            await database.put("journal", { seq, uuid, kind, state: "local", payload, hash, mac, entry });
            await database.put("meta", 1, "seq");
            database.close();
        }""",
        [hall.tills[0].id, hall.codes[0]],
    )
    till.context.set_offline(False)
    till.on("dialog", lambda dialog: dialog.accept())
    till.reload()
    wait_ready(till)
    synchronise(till)
    wait_for_sales(1)
    assert flags_of(entries_on_server()[0]) == set()
    sell(till, hall.codes[1])
    wait_for_sales(2)


def test_scenario_17_the_install_of_a_new_version_fails_half_way(
    till: Page, live_server: LiveServer, hall: Hall, new_version: Callable[[], Path]
) -> None:
    wait_offline_ready(till)
    old = version_of(till)
    live_server.stop()
    tree = new_version()
    live_server.start()
    with urlopen(f"{live_server.url}/sw.js"):
        # The list of its files is made; then one of them goes missing.
        (tree / "static" / "js" / "till" / "money.js").unlink()
    assert till.evaluate(LOOK_FOR_UPDATE) == {"waiting": False, "active": True}
    live_server.stop()
    till.reload()
    wait_ready(till)
    assert version_of(till) == old
    sell(till, hall.codes[0])


def test_a_file_replaced_while_a_new_version_installs_is_not_kept_under_its_name(
    till: Page, live_server: LiveServer, new_version: Callable[[], Path]
) -> None:
    wait_offline_ready(till)
    live_server.stop()
    tree = new_version()
    live_server.start()
    money = tree / "static" / "js" / "till" / "money.js"
    with urlopen(f"{live_server.url}/sw.js"), money.open("a") as file:
        # The list of its files is made; then one of them is that of the next version.
        file.write("// one more\n")
    assert till.evaluate(LOOK_FOR_UPDATE) == {"waiting": False, "active": True}
    # All its files are there now.
    live_server.stop()
    live_server.start()
    assert till.evaluate(LOOK_FOR_UPDATE) == {"waiting": True, "active": True}


def test_scenario_18_a_redirect_to_the_sign_in_page_is_never_kept_as_the_till(
    till: Page, live_server: LiveServer, hall: Hall, new_version: Callable[[], Path]
) -> None:
    wait_offline_ready(till)
    live_server.stop()
    access = new_version() / "app" / "web" / "access.py"
    access.write_text(access.read_text().replace('"till.shell": PUBLIC', '"till.shell": HALL'))
    live_server.start()
    till.context.clear_cookies()
    assert till.evaluate(LOOK_FOR_UPDATE) == {"waiting": False, "active": True}
    live_server.stop()
    till.reload()
    wait_ready(till)
    expect(till.locator("[data-counter]")).to_be_visible()
    kept = till.evaluate(
        """async () => {
            const names = await caches.keys();
            const page = await (await caches.open(names[0])).match("/till/shell");
            return [names.length, page.redirected, (await page.text()).includes("data-counter")];
        }"""
    )
    assert kept == [1, False, True]
