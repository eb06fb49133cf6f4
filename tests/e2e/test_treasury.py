"""The treasurer's day in a browser, and the dashboard that follows the sale by itself."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import Role
from app.core.db import db
from app.deposits.models import ItemState
from app.editions.models import Edition, EditionState
from tests.factories import EditionFactory, TillFactory, UserFactory, list_on_sale
from tests.support.browser import DESKTOP, PHONE, sideways
from tests.support.hall import sign_in
from tests.support.sales import sell
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser
Axe = Callable[[Page], None]
NewContext = Callable[..., BrowserContext]


def made_edition(state: EditionState) -> Edition:
    edition: Edition = EditionFactory(name="Bourse d’automne", state=state)
    TillFactory(edition=edition, number=1)
    TillFactory(edition=edition, number=2)
    return edition


def test_a_treasurer_computes_approves_draws_pays_and_undoes(
    live_app: Flask, live_worker: LiveServer, new_context: NewContext, axe: Axe
) -> None:
    edition = made_edition(EditionState.SETTLING)
    till = TillFactory(edition=edition, number=3)
    for number, name in ((245, "Étienne"), (301, "Rivière")):
        items = list_on_sale(
            3, number=number, registration__edition=edition, registration__user__last_name=name
        ).items
        sell(till, items[:2])
        items[2].state = ItemState.UNSOLD
    treasurer = UserFactory(role=Role.TREASURER, first_name="Nadia", last_name="Lemoine")
    context = new_context(**DESKTOP)
    sign_in(context, live_worker, treasurer)
    page = context.new_page()

    page.goto(f"/editions/{edition.id}/treasury")
    expect(page.get_by_text("Reste sans explication")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Reversements", exact=True).click()
    page.get_by_role("button", name="Tout calculer").click()
    expect(page.get_by_text("2 reversements calculés, 0 recalculé")).to_be_visible()
    axe(page)
    page.get_by_label("Choisir Étienne").check()
    page.locator("[data-bulk-bar]").get_by_role("button", name="Approuver").click()
    expect(page.get_by_role("dialog")).to_contain_text("parmi ceux cochés : 1, de ")
    axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Annuler").click()
    page.get_by_role("button", name="Tout approuver").click()
    page.get_by_role("dialog").get_by_role("button", name="Tout approuver").click()
    expect(page.get_by_text("2 reversements approuvés.")).to_be_visible()

    page.get_by_role("link", name="Bordereaux").click()
    page.get_by_role("button", name="Faire tous les bordereaux").click()
    expect(page.get_by_text("2 bordereaux.")).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le ZIP").click()
    assert download.value.suggested_filename == "bordereaux.zip"
    axe(page)

    page.goto(f"/editions/{edition.id}/treasury/payouts")
    page.get_by_placeholder("Nom, e-mail ou numéro de liste").fill("etienne")
    expect(page.get_by_role("link", name="Rivière")).to_have_count(0)
    page.get_by_role("link", name="Étienne").click()
    page.get_by_text("Chèque", exact=True).click()
    page.get_by_role("button", name="Enregistrer le paiement").click()
    expect(page.locator(".field__error")).to_have_text("Indiquez le numéro du chèque.")
    axe(page)
    page.get_by_label("Numéro du chèque").fill("0012345")
    page.get_by_role("button", name="Enregistrer le paiement").click()
    expect(page.get_by_text("Chèque n° 0012345")).to_be_visible()
    axe(page)

    page.get_by_text("Annuler ce paiement…").click()
    page.get_by_label("Pourquoi annuler ce paiement ?").fill("Chèque perdu")
    page.get_by_role("button", name="Annuler ce paiement").click()
    expect(page.get_by_text("Le paiement est annulé.")).to_be_visible()
    expect(page.get_by_role("button", name="Enregistrer le paiement")).to_be_visible()


@pytest.mark.parametrize("hall", [False, True], ids=["page", "hall"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_dashboard_follows_the_sale_without_a_reload(
    live_app: Flask, live_server: LiveServer, new_context: NewContext, axe: Axe, size, hall: bool
) -> None:
    edition = made_edition(EditionState.SELLING)
    till = TillFactory(edition=edition, number=3)
    items = list_on_sale(4, registration__edition=edition).items
    sell(till, items[:1])
    manager = UserFactory(role=Role.MANAGER)
    context = new_context(**size)
    sign_in(context, live_server, manager)
    page = context.new_page()
    page.goto(f"/editions/{edition.id}/live" + ("?hall=1" if hall else ""))
    sales = page.locator(".stat", has=page.get_by_text("Ventes", exact=True)).locator(".stat__value")
    expect(sales).to_have_text("1")
    axe(page)
    assert sideways(page) <= 0
    page.evaluate("() => { window.sameDocument = true }")
    sell(till, items[1:3])
    db.session.commit()
    expect(sales).to_have_text("2", timeout=12_000)
    assert page.evaluate("() => window.sameDocument")


def test_the_dashboard_says_when_its_figures_are_old(
    live_app: Flask, live_server: LiveServer, new_context: NewContext, axe: Axe
) -> None:
    edition = made_edition(EditionState.SELLING)
    context = new_context(**DESKTOP)
    sign_in(context, live_server, UserFactory(role=Role.VOLUNTEER))
    page = context.new_page()
    page.clock.install()
    page.goto(f"/editions/{edition.id}/live")
    late = page.get_by_text("le serveur ne répond plus")
    expect(late).to_be_hidden()
    live_server.stop()
    page.clock.run_for(20_000)
    expect(late).to_be_visible()
    axe(page)
    live_server.start()
    page.clock.run_for(6_000)
    expect(late).to_be_hidden()
