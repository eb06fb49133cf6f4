"""Days without a network, servers back from a backup, journals that differ: the tills make it whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from app.accounts.passwords import hash_password
from app.cli.support.processes import wait_until
from app.core.db import db
from app.sales.models import JournalEntry, Payment
from app.sales.services.orders import ask_to_synchronise
from app.sales.services.reconciliation import start_epoch
from tests.e2e.till.conftest import kill_browser
from tests.support.databases import Databases
from tests.support.hall import Hall, hear_news, open_on, scan, sell, status, wait_offline_ready, wait_ready
from tests.support.server import LiveServer
from tests.support.till_checks import (
    SET_CLOCK,
    ask_server,
    count_on_server,
    journal_of,
    sales_by_seq,
    synchronise,
    wait_for_sales,
)

pytestmark = pytest.mark.browser
PASSWORD = "une caisse bien tenue"
DAY = 24 * 3_600_000


def test_scenario_28_three_days_without_a_network_and_a_reboot_each_night(
    profile: Callable[[], BrowserContext], live_server: LiveServer, hall: Hall, tmp_path: Path
) -> None:
    page = open_on(profile(), live_server, hall)
    wait_offline_ready(page)
    live_server.stop()
    for day in range(4):
        if day:
            kill_browser(tmp_path / "profile")
            context = profile()
            context.add_init_script(f"({SET_CLOCK})([{day * DAY}, false])")
            page = context.new_page()
            page.goto(f"/till/{hall.tills[0].id}")
            wait_ready(page)
        sell(page, hall.codes[2 * day])
        sell(page, hall.codes[2 * day + 1], key="F3")
    expect(status(page)).to_contain_text("8 ventes gardées, la plus ancienne 72 h")
    live_server.start()
    synchronise(page)
    wait_for_sales(8)
    assert [sale.seq for sale in sales_by_seq()] == list(range(1, 9))


@pytest.mark.parametrize("told", [True, False], ids=["new epoch", "nobody said so"])
def test_scenario_30_the_server_is_back_from_an_older_backup(
    till: Page, live_server: LiveServer, hall: Hall, databases: Databases, told: bool
) -> None:
    sell(till, hall.codes[0])
    synchronise(till)
    bring_back = databases.back_up(live_server.database_url)
    sell(till, hall.codes[1])
    sell(till, hall.codes[2], hall.codes[3])
    till.keyboard.press("F9")
    till.locator("[data-history-list]").get_by_role("button", name="Annuler").first.click()
    till.get_by_role("button", name="Annuler ces articles").click()
    wait_until(lambda: count_on_server(JournalEntry) == 4, "three sales and a void on the server")
    expect(status(till)).to_contain_text("Synchronisé")
    taken = ask_server(lambda: db.session.scalar(select(func.sum(Payment.amount_cents))))
    db.session.remove()
    db.engine.dispose()
    live_server.stop()
    # Sold while the server is away: the void of a sale it will not know must not come before that sale.
    sell(till, hall.codes[4])
    bring_back()
    if told:
        start_epoch("restored")
        db.session.commit()
    live_server.start()
    wait_until(lambda: count_on_server(JournalEntry) == 5, "everything on the server again")
    synchronise(till)
    assert ask_server(lambda: db.session.scalar(select(func.sum(Payment.amount_cents)))) == taken + 300
    scan(till, hall.codes[1])
    expect(till.locator("[data-answer]")).to_contain_text("Déjà vendu")


def test_scenario_30_the_backup_is_of_before_the_till_was_opened(
    new_context: Callable[[], BrowserContext], live_server: LiveServer, hall: Hall, databases: Databases
) -> None:
    hall.volunteer.password_hash = hash_password(PASSWORD)
    db.session.commit()
    bring_back = databases.back_up(live_server.database_url)
    till = open_on(new_context(), live_server, hall)
    sell(till, hall.codes[0])
    sell(till, hall.codes[1], key="F3")
    synchronise(till)
    db.session.remove()
    db.engine.dispose()
    live_server.stop()
    sell(till, hall.codes[2])
    bring_back()
    start_epoch("restored")
    db.session.commit()
    live_server.start()
    # Its key is unknown there, and so is everybody's sign-in.
    expect(status(till)).to_contain_text("caisse non reconnue, 1 vente gardée", timeout=30_000)
    window = till.locator("dialog[data-sign-in]")
    till.get_by_role("button", name="Se reconnecter").first.click()
    window.get_by_label("Adresse e-mail").fill(hall.volunteer.email)
    window.get_by_label("Mot de passe").fill(PASSWORD)
    window.get_by_role("button", name="Se connecter").click()
    expect(window).to_be_hidden(timeout=20_000)
    wait_for_sales(3)
    synchronise(till)
    assert [sale.seq for sale in sales_by_seq()] == [1, 2, 3]


def test_scenario_34_counts_are_equal_but_one_sale_differs(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    sell(till, hall.codes[1])
    synchronise(till)
    [first, _] = journal_of(till, hall.tills[0].id)
    till.evaluate(
        """async ([tillId, seq]) => {
            const { openStore } = await import("/static/js/till/store.js");
            const database = await openStore(tillId);
            const record = await database.get("journal", seq);
            await database.put("journal", { ...record, hash: record.hash.replace(/./g, "0") });
            database.close();
        }""",
        [hall.tills[0].id, first["seq"]],
    )
    ask_to_synchronise(hall.edition.id, hall.volunteer.id)
    db.session.commit()
    till.keyboard.press("F10")
    expect(status(till)).to_contain_text("Écart avec le serveur", timeout=20_000)
    sell(till, hall.codes[2])
    wait_for_sales(3)


def test_a_ping_does_not_read_the_journal(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    synchronise(till)
    till.evaluate(
        """() => {
            const { getAll } = IDBIndex.prototype;
            window.read = [];
            IDBIndex.prototype.getAll = function (state, ...more) {
                window.read.push(state);
                return getAll.call(this, state, ...more);
            };
        }"""
    )
    hear_news(till)
    assert set(till.evaluate("() => window.read")) <= {"local"}
    assert till.evaluate("() => window.read.length") > 0


def test_a_sale_written_while_the_journals_are_compared_is_no_difference(till: Page) -> None:
    told = till.evaluate(
        """async () => {
            const { summarise } = await import("/static/js/till/reconcile.js");
            const entry = { total: 100 };
            const record = (seq, state) => ({ seq, state, kind: "sale", hash: String(seq), entry });
            return summarise([record(1, "confirmed"), record(2, "quarantined"), record(3, "local")]);
        }"""
    )
    assert (told["count"], told["sum"], told["quarantined"]) == (1, 100, 1)
