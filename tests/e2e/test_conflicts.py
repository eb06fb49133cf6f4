"""An item paid at two tills without a network: both tell their customer, a manager gives the money back, and
the drawer that gave it expects it gone."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import Role
from app.core.db import db
from app.sales.models import TillSession
from tests.factories import UserFactory
from tests.support.hall import CLOCKS_DIFFER, make_hall, open_till, sell, sign_in, status
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser


def test_two_buyers_of_one_item(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    live_app: Flask,
    page: Page,
    axe: Callable[[Page], None],
) -> None:
    hall = make_hall()
    manager = UserFactory(role=Role.MANAGER, first_name="Maud", last_name="Giraud")
    db.session.commit()
    tills = []
    for till in hall.tills:
        context = new_context()
        sign_in(context, live_server, hall.volunteer)
        tills.append(context.new_page())
        open_till(tills[-1], till)
        expect(status(tills[-1])).to_contain_text("Synchronisé")
        context.set_offline(True)
    first, second = tills
    sell(first, hall.codes[6])
    second.wait_for_timeout(CLOCKS_DIFFER)
    sell(second, hall.codes[6], hall.codes[7], key="F3")
    for each in tills:
        each.context.set_offline(False)
        each.keyboard.press("F10")
        expect(status(each)).to_contain_text("Synchronisé", timeout=15_000)
    # The second till says it aloud, in a sentence for its customer; the first has it behind its red strip.
    answer = second.locator("[data-answer]")
    expect(answer).to_contain_text("Vendu deux fois", timeout=15_000)
    expect(answer).to_contain_text(
        re.compile(r"L’article 245-07 \(Pantalon\) a aussi été vendu en caisse C1 à \d\d.h.\d\d\.")
    )
    expect(answer).to_contain_text("le client sera remboursé de 4,00\u00a0€. Appelez un gestionnaire.")
    first.keyboard.press("F10")
    first.get_by_role("button", name="1 article vendu deux fois").click()
    expect(first.locator("[data-conflicts-list]")).to_contain_text("Votre vente est la première")
    axe(first)
    first.keyboard.press("Escape")

    sign_in(page.context, live_server, manager)
    page.goto(f"/editions/{hall.edition.id}")
    page.get_by_role("link", name="1 article vendu deux fois, à régler").click()
    expect(page.get_by_text("Garde l’article", exact=True)).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Régler", exact=True).click()
    page.get_by_label("Tout en espèces").check()
    page.get_by_label("Quelle caisse rend l’argent ?").select_option(label="C2, Odile Marchand")
    axe(page)
    page.get_by_role("button", name="Rembourser 4,00").click()
    expect(page.get_by_text("Rendez 4,00\u00a0€ (espèces), caisse C2.")).to_be_visible()
    expect(page.get_by_text("Client remboursé")).to_be_visible()
    for each in tills:
        each.keyboard.press("F10")
        expect(each.locator("[data-conflicts]")).to_be_hidden(timeout=15_000)
    # What is left of the second sale is still its till's for five minutes.
    page.get_by_role("link", name="C2-1").click()
    expect(page.get_by_text("elle s’annule encore à la caisse C2")).to_be_visible()
    axe(page)

    # C2 counts: 50,00 € and nothing taken in cash, 4,00 € given back; 8,50 € by card.
    second.goto(f"/till/{hall.tills[1].id}/closure")
    for label, pieces in (("20 €", "2"), ("5 €", "1"), ("1 €", "1")):
        second.get_by_label(label, exact=True).fill(pieces)
    expect(second.locator("[data-count-total]")).to_have_text("46,00 €")
    second.get_by_label("Total des cartes").fill("8,50")
    second.get_by_label("Total des chèques").fill("0")
    second.get_by_role("button", name="Fermer la caisse").click()
    expect(second.get_by_text("La caisse C2 est fermée")).to_be_visible()
    session = db.session.query(TillSession).filter_by(till_id=hall.tills[1].id).one()
    assert session.expected_cents == session.counted_cents == {"cash": 4600, "card": 850, "cheque": 0}
    db.session.rollback()
