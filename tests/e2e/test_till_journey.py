"""A volunteer's day at a till, by keyboard and scanner alone: open, sell every way, take back, close."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.core.codes import make_code
from app.core.db import db
from app.deposits.models import Item
from app.deposits.services.stock import withdraw
from app.sales.models import TillSession
from tests.support.browser import DESKTOP, PHONE, sideways
from tests.support.hall import (
    Hall,
    hear_news,
    open_till,
    scan,
    sell,
    sign_in,
    status,
    wait_offline_ready,
)
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser


def pay(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("[data-panel='done']")).to_be_visible()


def test_a_day_at_the_till(till: Page, hall: Hall) -> None:
    answer, done = till.locator("[data-answer]"), till.locator("[data-panel='done']")
    # Cash with change: 1,00 + 1,50, the customer gives 20.
    scan(till, hall.codes[0])
    scan(till, hall.codes[1])
    expect(till.locator("[data-total]")).to_have_text("2,50 €")
    pay(till, "F2", "2", "0", "Enter")
    expect(till.locator("[data-done-sum]")).to_have_text("17,50 €")
    # The change stays until the next scan.
    scan(till, hall.codes[2])
    expect(done).to_be_hidden()
    pay(till, "F3", "Enter")
    scan(till, hall.codes[3])
    pay(till, "F4", "Enter")
    # Split: 3,00 of which 1 by card, 5 given in cash.
    scan(till, hall.codes[4])
    pay(till, "F6", "1", "Tab", "Tab", "5", "Enter")
    expect(till.locator("[data-done-sum]")).to_have_text("3,00 €")
    # Typed by hand: shown large, then added.
    till.keyboard.press("F7")
    till.keyboard.type("245 9", delay=170)
    till.keyboard.press("Enter")
    expect(till.locator("[data-found-price]")).to_have_text("5,00 €")
    till.keyboard.press("Enter")
    expect(till.locator("[data-basket] li")).to_have_count(1)
    pay(till, "F2", "Enter")
    expect(status(till)).to_contain_text("Synchronisé")
    # The first sale: one of its two articles is given back.
    till.keyboard.press("F9")
    rows = till.locator("[data-history-list] li")
    expect(rows).to_have_count(5)
    rows.last.get_by_role("button", name="Annuler").click()
    till.get_by_label("245-02").uncheck()
    expect(till.locator("[data-void-refund]")).to_have_text("À rendre : 1,00 € (espèces)")
    till.get_by_role("button", name="Annuler ces articles").click()
    expect(answer).to_contain_text("rendez 1,00 €")
    scan(till, hall.codes[0])
    expect(till.locator("[data-basket] li")).to_have_count(1)
    till.keyboard.press("Delete")
    expect(till.locator("[data-basket] li")).to_have_count(0)
    # Cash: 50 + 2,50 − 1,00 + 2,00 + 5,00 = 58,50; card 2,00 + 1,00; cheque 2,50.
    till.get_by_role("button", name="Fermer").click()
    till.wait_for_url("**/closure")
    for label, pieces in (("50 €", "1"), ("5 €", "1"), ("2 €", "1"), ("1 €", "1"), ("50 c", "1")):
        till.get_by_label(label, exact=True).fill(pieces)
    expect(till.locator("[data-count-total]")).to_have_text("58,50 €")
    till.get_by_label("Total des cartes").fill("3")
    till.get_by_label("Total des chèques").fill("2,40")
    till.get_by_role("button", name="Fermer la caisse").click()
    expect(till.get_by_role("row", name="Chèque")).to_contain_text("-0,10")
    till.get_by_label("Total des chèques").fill("2,50")
    till.get_by_role("button", name="Fermer la caisse").click()
    expect(till.get_by_text("La caisse C1 est fermée")).to_be_visible()
    session = db.session.query(TillSession).one()
    assert session.expected_cents == session.counted_cents == {"cash": 5850, "card": 300, "cheque": 250}
    db.session.rollback()
    till.goto(f"/till/{hall.tills[0].id}")
    expect(till.locator("[data-gate]")).to_contain_text("Caisse fermée")


def test_every_refusal_says_why(till: Page, hall: Hall, new_context: Callable[..., BrowserContext]) -> None:
    answer = till.locator("[data-answer]")

    def refused(code: str, *words: str) -> None:
        scan(till, code)
        expect(answer).to_have_attribute("data-tone", "refused")
        for word in words:
            expect(answer).to_contain_text(word)

    sell(till, hall.codes[0])
    withdraw(db.session.query(Item).filter_by(code=hall.codes[1]).one(), "taché")
    db.session.commit()
    expect(status(till)).to_contain_text("Synchronisé")
    hear_news(till)
    scan(till, hall.codes[2])
    expect(answer).to_have_attribute("data-tone", "accepted")
    refused(hall.codes[2], "Déjà dans ce panier", "ligne 1")
    refused(hall.codes[0], "Déjà vendu", "en caisse C1 à")
    refused(hall.codes[1], "Retiré de la vente")
    refused(make_code(25, 245, 3), "Autre édition")
    refused(make_code(26, 999, 1), "Article inconnu")
    refused(hall.codes[3][:8] + "99", "Code mal lu")
    refused("3017620422003", "Code non reconnu")
    refused("26024", "Code non reconnu")
    scan(till, hall.codes[4])
    expect(answer).to_have_attribute("data-tone", "accepted")
    expect(till.locator("[data-basket] li")).to_have_count(2)


def test_a_second_tab_waits_and_takes_over(till: Page, hall: Hall) -> None:
    scan(till, hall.codes[0])
    expect(till.locator("[data-basket] li")).to_have_count(1)
    second = till.context.new_page()
    second.goto(f"/till/{hall.tills[0].id}")
    expect(second.locator("[data-gate]")).to_contain_text("Caisse déjà ouverte ici")
    till.close()
    expect(second.locator("[data-gate]")).to_be_hidden()
    # The basket of the first tab was kept.
    expect(second.locator("[data-basket] li")).to_have_count(1)


def test_a_sale_at_one_till_shows_at_the_other(
    till: Page, hall: Hall, live_server: LiveServer, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    sign_in(context, live_server, hall.volunteer)
    other = context.new_page()
    open_till(other, hall.tills[1])
    sell(till, hall.codes[0])
    expect(status(till)).to_contain_text("Synchronisé")
    hear_news(other)
    scan(other, hall.codes[0])
    told = re.compile(r"^Pantalon fille, en caisse C1 à \d\d:\d\d par Odile M\.$")
    expect(other.locator("[data-answer-text]")).to_have_text(told)


def test_what_is_sent_can_be_read_beside_every_tool_and_on_a_phone_who_sells(till: Page) -> None:
    for hidden in ("[data-update]", "[data-open-sign-in]", "[data-training]"):
        till.locator(hidden).evaluate("(element) => (element.hidden = false)")
    state = till.locator("[data-status]").bounding_box()
    assert state
    assert state["width"] > 200
    till.set_viewport_size({"width": 390, "height": 844})
    seller = till.locator("[data-volunteer]")
    expect(seller).to_have_text("Odile Marchand")
    assert seller.evaluate("(element) => element.scrollWidth <= element.clientWidth")


@pytest.mark.parametrize(
    "options",
    [DESKTOP, PHONE, {"viewport": {"width": 1024, "height": 768}, "color_scheme": "dark"}],
    ids=["desktop", "phone", "tablet-dark"],
)
def test_the_till_is_accessible(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    hall: Hall,
    axe: Callable[[Page], None],
    options: dict[str, Any],
) -> None:
    context = new_context(**options)
    sign_in(context, live_server, hall.volunteer)
    page = context.new_page()
    page.goto("/till/")
    axe(page)
    page.goto(f"/till/{hall.tills[0].id}/session")
    axe(page)
    open_till(page, hall.tills[0])
    axe(page)
    assert sideways(page) <= 0
    scan(page, hall.codes[0])
    axe_settled(page, axe)
    scan(page, hall.codes[0])
    axe_settled(page, axe)
    for key in ("F6", "F2"):
        page.keyboard.press(key)
        axe(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-panel='done']")).to_be_visible()
    axe_settled(page, axe)
    page.keyboard.press("F9")
    expect(page.locator("[data-history-list] li")).to_have_count(1)
    axe(page)
    page.locator("[data-history-list]").get_by_role("button", name="Annuler").click()
    axe(page)
    page.keyboard.press("Escape")
    page.goto(f"/till/{hall.tills[0].id}/closure")
    axe(page)


def axe_settled(page: Page, axe: Callable[[Page], None]) -> None:
    """After the flash of the answer: colours in movement have no contrast to measure."""
    page.evaluate("() => Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {})))")
    axe(page)


def test_the_guide_of_the_till_opens_without_a_server(till: Page, live_server: LiveServer) -> None:
    wait_offline_ready(till)
    live_server.stop()
    with till.context.expect_page() as opened:
        till.get_by_role("link", name="Aide").click()
    guide = opened.value
    expect(guide.get_by_role("heading", name="Travailler sans réseau")).to_be_visible()
    picture = guide.locator("img[src*='/aide/img/']").last.get_attribute("src")
    assert guide.evaluate("async (address) => (await fetch(address)).status", picture) == 200


def test_a_till_that_does_not_exist_says_so_and_leads_to_the_others(till: Page) -> None:
    wait_offline_ready(till)
    till.goto("/till/77")
    gate = till.locator("[data-gate]")
    expect(gate.get_by_role("heading", name="Cette caisse n’existe pas")).to_be_visible()
    gate.get_by_role("link", name="Choisir une caisse").click()
    expect(till).to_have_url(re.compile(r"/till/$"))
