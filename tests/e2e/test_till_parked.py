"""A customer who went to fetch something: their basket waits, is found again, and survives."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.cli.support.processes import wait_until
from app.core.db import db
from app.deposits.models import Item
from app.deposits.services.stock import withdraw
from tests.support.hall import Hall, hear_news, scan, sell, wait_ready

pytestmark = pytest.mark.browser


ON_DISK = """async (tillId) => {
  const { openStore, readMeta } = await import("/static/js/till/store.js");
  const database = await openStore(tillId);
  const { parked } = await readMeta(database, ["parked"]);
  database.close();
  return parked?.length ?? 0;
}"""


def park(page: Page, *codes: str) -> None:
    for code in codes:
        scan(page, code)
    expect(page.locator("[data-basket] li")).to_have_count(len(codes))
    page.keyboard.press("F1")
    expect(page.locator("[data-answer]")).to_contain_text("Panier en attente")
    expect(page.locator("[data-basket] li")).to_have_count(0)


def test_baskets_wait_and_are_found_by_any_of_their_items(
    till: Page, hall: Hall, axe: Callable[[Page], None]
) -> None:
    lines, answer = till.locator("[data-basket] li"), till.locator("[data-answer]")
    park(till, hall.codes[0], hall.codes[1])
    park(till, hall.codes[2])
    expect(till.locator("[data-park-count]")).to_contain_text("2")
    # Another customer has no right to an item that waits, and is told where it is.
    scan(till, hall.codes[3])
    scan(till, hall.codes[1])
    expect(answer).to_have_attribute("data-tone", "refused")
    expect(answer).to_contain_text("Dans un panier en attente")
    expect(answer).to_contain_text("245-01")
    expect(lines).to_have_count(1)
    till.keyboard.press("F2")
    till.keyboard.press("Enter")
    expect(till.locator("[data-panel='done']")).to_be_visible()
    # The till is free: the same scan brings the whole basket back.
    scan(till, hall.codes[1])
    expect(answer).to_contain_text("Panier repris")
    expect(till.locator(".line__detail")).to_contain_text(["245-01", "245-02"])
    # From the list, in exchange for the basket under way.
    till.locator("[data-open-menu]").click()
    till.get_by_role("button", name="Paniers en attente").click()
    axe(till)
    till.locator("[data-parked-list]").get_by_role("button", name="Reprendre").click()
    expect(till.locator(".line__detail")).to_contain_text(["245-03"])
    expect(lines).to_have_count(1)
    expect(till.locator("[data-park-count]")).to_contain_text("1")
    till.keyboard.press("F2")
    till.keyboard.press("Enter")
    expect(till.locator("[data-panel='done']")).to_be_visible()
    # A till is not closed over somebody's basket; nobody comes: its items are free again.
    till.get_by_role("button", name="Fermer").click()
    expect(answer).to_contain_text("Paniers en attente")
    till.keyboard.press("F1")
    till.get_by_role("button", name="Abandonner").click()
    till.get_by_role("button", name="Oui, abandonner").click()
    till.keyboard.press("Escape")
    sell(till, hall.codes[0])


def test_baskets_that_wait_survive_a_restart_and_say_what_was_lost(till: Page, hall: Hall) -> None:
    park(till, hall.codes[0], hall.codes[1])
    # A page that dies sooner has it as the basket under way, which it was.
    wait_until(lambda: till.evaluate(ON_DISK, hall.tills[0].id) == 1, "the basket on disk", seconds=20)
    till.reload()
    wait_ready(till)
    expect(till.locator("[data-park-count]")).to_contain_text("1")
    withdraw(db.session.query(Item).filter_by(code=hall.codes[0]).one(), "taché")
    db.session.commit()
    hear_news(till)
    scan(till, hall.codes[1])
    expect(till.locator("[data-answer]")).to_contain_text("sans un article : retiré de la vente")
    expect(till.locator(".line__detail")).to_contain_text(["245-02"])


def test_a_void_does_not_forget_the_basket_under_way(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    scan(till, hall.codes[1])
    till.keyboard.press("F9")
    till.locator("[data-history-list]").get_by_role("button", name="Annuler").click()
    till.get_by_role("button", name="Annuler ces articles").click()
    expect(till.locator("[data-answer]")).to_contain_text("Annulé")
    till.reload()
    wait_ready(till)
    expect(till.locator(".line__detail")).to_contain_text(["245-02"])
