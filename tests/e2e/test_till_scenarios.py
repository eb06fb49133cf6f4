"""The faults of 3-till.md that the till must survive, each really produced, in a real browser and server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect
from sqlalchemy import func, select

from app.cli.support.processes import find_program, wait_until
from app.core.db import db
from app.deposits.models import Item
from app.sales.models import JournalEntry, LineState, Payment, Sale, SaleLine, SyncConflict
from tests.support.browser import CHROMIUM, DESKTOP, FLAGS
from tests.support.hall import (
    Hall,
    make_hall,
    open_till,
    scan,
    sell,
    sign_in,
    status,
    wait_offline_ready,
    wait_ready,
)
from tests.support.proxy import Fault, FaultyProxy
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser
T = TypeVar("T")


@pytest.fixture
def hall(live_app: Flask) -> Hall:
    return make_hall()


@pytest.fixture
def till(new_context: Callable[..., BrowserContext], live_server: LiveServer, hall: Hall) -> Page:
    """C1, open and ready to sell."""
    context = new_context()
    sign_in(context, live_server, hall.volunteer)
    page = context.new_page()
    open_till(page, hall.tills[0])
    return page


@pytest.fixture
def profile(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path
) -> Iterator[Callable[[], BrowserContext]]:
    """`profile()`: start the browser of this till; again after it died, with the same disk."""
    running: list[BrowserContext] = []

    def start() -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=find_program(*CHROMIUM),
            args=FLAGS,
            base_url=live_server.url,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            **DESKTOP,
        )
        context.set_default_timeout(15_000)
        running.append(context)
        return context

    yield start
    for context in running:
        context.close()


def ask_server(question: Callable[[], T]) -> T:
    """Look into the server's database and let go of it at once: an open transaction would hold its lock."""
    db.session.rollback()
    answer = question()
    db.session.rollback()
    return answer


def sales_on_server() -> int:
    return ask_server(lambda: db.session.scalar(select(func.count()).select_from(Sale)) or 0)


def wait_for_sales(count: int) -> None:
    wait_until(lambda: sales_on_server() == count, f"{count} sales on the server", seconds=20)


def test_scenario_01_tab_killed_right_after_the_sale_is_shown_as_kept(
    till: Page, live_server: LiveServer, hall: Hall
) -> None:
    wait_offline_ready(till)
    live_server.stop()
    sell(till, hall.codes[0], hall.codes[1])
    context = till.context
    page = context.new_page()
    till.on("dialog", lambda dialog: dialog.accept())
    with pytest.raises(Error, match="crash"):
        till.goto("chrome://crash")
    till.close()
    page.goto(f"/till/{hall.tills[0].id}")
    wait_ready(page)
    expect(status(page)).to_contain_text("1 vente gardée")
    page.keyboard.press("F9")
    expect(page.locator("[data-history-list]")).to_contain_text("245-01, 245-02")
    page.keyboard.press("Escape")
    scan(page, hall.codes[0])
    expect(page.locator("[data-answer]")).to_contain_text("Déjà vendu")
    live_server.start()
    page.keyboard.press("F10")
    wait_for_sales(1)


def test_scenario_02_browser_killed_and_reopened_while_the_server_is_down(
    profile: Callable[[], BrowserContext], live_server: LiveServer, hall: Hall
) -> None:
    context = profile()
    sign_in(context, live_server, hall.volunteer)
    page = context.new_page()
    open_till(page, hall.tills[0])
    wait_offline_ready(page)
    live_server.stop()
    sell(page, hall.codes[0])
    sell(page, hall.codes[1], key="F3")
    context.close()
    context = profile()
    page = context.new_page()
    page.goto(f"/till/{hall.tills[0].id}")
    wait_ready(page)
    expect(status(page)).to_contain_text("2 ventes gardées")
    live_server.start()
    page.keyboard.press("F10")
    wait_for_sales(2)


def test_scenario_04_the_server_commits_but_the_reply_is_lost(
    live_server: LiveServer, hall: Hall, new_context: Callable[..., BrowserContext]
) -> None:
    proxy = FaultyProxy(live_server.port)
    context = new_context(base_url=proxy.url)
    sign_in(context, live_server, hall.volunteer)
    page = context.new_page()
    open_till(page, hall.tills[0])
    expect(status(page)).to_contain_text("Synchronisé")
    with proxy.broken(Fault(drop_replies=True)):
        sell(page, hall.codes[0])
        wait_for_sales(1)
        wait_until(lambda: proxy.lost_replies > 0, "a reply lost", seconds=20)
        expect(status(page)).to_contain_text("Hors connexion – 1 vente gardée")
    page.keyboard.press("F10")
    expect(status(page)).to_contain_text("Synchronisé", timeout=20_000)
    assert sales_on_server() == 1
    assert ask_server(lambda: db.session.scalar(select(func.count()).select_from(JournalEntry))) == 1
    proxy.close()


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
    till.keyboard.press("F10")
    expect(status(till)).to_contain_text("Synchronisé")
    assert sales_on_server() == 1


def test_scenario_08_the_network_is_up_but_the_server_is_down(
    till: Page, live_server: LiveServer, hall: Hall
) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    live_server.kill()
    expect(status(till)).to_contain_text("Hors connexion", timeout=15_000)
    assert till.evaluate("() => navigator.onLine") is True
    sell(till, hall.codes[0])
    expect(status(till)).to_contain_text("1 vente gardée")
    live_server.start()
    till.keyboard.press("F10")
    expect(status(till)).to_contain_text("Synchronisé")
    wait_for_sales(1)


def test_scenario_21_two_tills_offline_sell_one_item(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, hall: Hall
) -> None:
    pages = []
    for till in hall.tills:
        context = new_context()
        sign_in(context, live_server, hall.volunteer)
        page = context.new_page()
        open_till(page, till)
        expect(status(page)).to_contain_text("Synchronisé")
        pages.append(page)
    first, second = pages
    for page in pages:
        page.context.set_offline(True)
    sell(first, hall.codes[0], hall.codes[1])
    sell(second, hall.codes[0], hall.codes[2])
    # The later sale arrives first: it has the item until the earlier one comes.
    second.context.set_offline(False)
    second.keyboard.press("F10")
    wait_for_sales(1)
    first.context.set_offline(False)
    first.keyboard.press("F10")
    wait_for_sales(2)
    ask_server(lambda: assert_the_first_sale_has_the_item(hall.codes[0]))
    for page, words in ((first, "garde l'article"), (second, "remboursé de 1,00\u00a0€")):
        strip = page.get_by_role("button", name="1 article vendu deux fois")
        expect(strip).to_be_visible(timeout=15_000)
        strip.click()
        expect(page.locator("[data-conflicts-list]")).to_contain_text(words)


def assert_the_first_sale_has_the_item(code: str) -> None:
    item = db.session.scalars(select(Item).where(Item.code == code)).one()
    lines = db.session.scalars(
        select(SaleLine).where(SaleLine.item_id == item.id).order_by(SaleLine.id)
    ).all()
    assert [(line.sale.till.number, line.state) for line in lines] == [
        (2, LineState.CONFLICT),
        (1, LineState.ACTIVE),
    ]
    conflict = db.session.scalars(select(SyncConflict)).one()
    assert (conflict.loser_line_id, conflict.winner_line_id) == (lines[0].id, lines[1].id)
    assert db.session.scalar(select(func.sum(Payment.amount_cents))) == 100 + 150 + 100 + 200


def test_scenario_32_a_scan_never_presses_the_button_that_has_the_focus(till: Page, hall: Hall) -> None:
    scan(till, hall.codes[0])
    remove = till.get_by_role("button", name="Retirer Pantalon")
    remove.focus()
    scan(till, hall.codes[1])
    expect(till.locator("[data-basket] li")).to_have_count(2)
    till.keyboard.press("F3")
    expect(till.locator("[data-panel='single'] [data-confirm]")).to_be_focused()
    scan(till, hall.codes[2])
    expect(till.locator("[data-basket] li")).to_have_count(3)
    expect(till.locator("[data-panel='done']")).to_be_hidden()
    till.keyboard.press("Escape")
    till.keyboard.press("F2")
    till.locator("[data-tendered]").fill("20")
    scan(till, hall.codes[3])
    expect(till.locator("[data-basket] li")).to_have_count(4)
    expect(till.locator("[data-tendered]")).to_have_value("20")


def test_scenario_33_an_american_scanner_on_a_french_computer(till: Page, hall: Hall) -> None:
    code = hall.codes[4]
    scan(till, code, text="".join("à&é\"'(-è_ç"[int(digit)] for digit in code))
    expect(till.locator("[data-basket] li")).to_have_count(1)
    expect(till.locator("[data-basket]")).to_contain_text("245-05")
    till.locator("#manual-code").focus()
    code = hall.codes[5]
    scan(till, code, text="".join("à&é\"'(-è_ç"[int(digit)] for digit in code))
    expect(till.locator("[data-basket] li")).to_have_count(2)
    expect(till.locator("#manual-code")).to_have_value("")


def test_two_scans_a_tenth_of_a_second_apart_are_two_lines_in_order(till: Page, hall: Hall) -> None:
    till.context.new_cdp_session(till).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    for code in hall.codes[6:12]:
        scan(till, code)
    expect(till.locator(".line__detail")).to_contain_text(
        ["245-07", "245-08", "245-09", "245-10", "245-11", "245-12"]
    )


def test_a_till_that_is_late_with_its_keys_does_not_cut_a_scan(till: Page, hall: Hall) -> None:
    till.evaluate(
        """() => window.addEventListener("keydown", () => {
            const until = performance.now() + 200;
            while (performance.now() < until);
        })"""
    )
    scan(till, hall.codes[0])
    expect(till.locator(".line__detail")).to_contain_text(["245-01"])


# The browser is slow to sign, so that scans come meanwhile; its disk takes no entry. `letGo()` ends both.
SLOW = """() => {
    const sign = crypto.subtle.sign;
    const held = new Promise((open) => { window.letGo = open; });
    crypto.subtle.sign = async (...given) => { await held; return sign.apply(crypto.subtle, given); };
}"""
FULL_DISK = """() => {
    const { add } = IDBObjectStore.prototype;
    window.letGo = () => { IDBObjectStore.prototype.add = add; };
    IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


def ask_void(page: Page) -> None:
    page.keyboard.press("F9")
    page.locator("[data-history-list]").get_by_role("button", name="Annuler").click()


def test_a_scan_while_a_void_is_written_is_the_next_line(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    ask_void(till)
    till.evaluate(SLOW)
    till.get_by_role("button", name="Annuler ces articles").click()
    scan(till, hall.codes[1])
    expect(till.locator("[data-basket] li")).to_have_count(0)
    till.evaluate("() => window.letGo()")
    expect(till.locator(".line__detail")).to_contain_text(["245-02"])


def test_a_void_that_cannot_be_written_says_so_and_can_be_tried_again(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    ask_void(till)
    till.evaluate(FULL_DISK)
    confirm = till.get_by_role("button", name="Annuler ces articles")
    confirm.click()
    expect(till.locator("[data-void-refund]")).to_contain_text("NON ENREGISTRÉ")
    expect(till.locator("[data-answer]")).to_contain_text("NON ENREGISTRÉ")
    till.evaluate("() => window.letGo()")
    confirm.click()
    expect(till.locator("[data-answer]")).to_contain_text("Annulé : rendez 1,00 €")
    expect(till.locator("[data-void-refund]")).to_be_hidden()


@pytest.mark.parametrize("body", ["<h1>WiFi</h1>", "{}", '{"verdicts": [{"verdict": "confirmed"}]}'])
def test_a_captive_portal_confirms_nothing(till: Page, hall: Hall, body: str) -> None:
    kind = "application/json" if body.startswith("{") else "text/html"
    till.context.route("**/sync/**", lambda route: route.fulfill(status=200, content_type=kind, body=body))
    sell(till, hall.codes[0])
    expect(status(till)).to_contain_text("Hors connexion – 1 vente gardée")
    till.context.unroute("**/sync/**")
    till.keyboard.press("F10")
    wait_for_sales(1)
