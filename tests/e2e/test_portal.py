"""A depositor's evening on a phone: declare, correct, copy, move, delete, take back, validate."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import ItemList, ItemState, ListState
from app.editions.models import EditionState
from tests.factories import (
    EditionFactory,
    ItemFactory,
    ItemListFactory,
    RegistrationFactory,
    SlotFactory,
    TillFactory,
    list_on_sale,
)
from tests.support.browser import DESKTOP, PHONE
from tests.support.sales import sell

Login = Callable[[BrowserContext, User], None]
Axe = Callable[[Page], None]
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def own_list(live_app: Flask) -> ItemList:
    """An empty list of an open edition, committed for the server."""
    now = utcnow()
    edition = EditionFactory(
        state=EditionState.OPEN,
        declaration_deadline=now + timedelta(days=5),
        deposit_starts_at=now + timedelta(days=9),
        deposit_ends_at=now + timedelta(days=11),
        sale_starts_at=now + timedelta(days=12),
        sale_ends_at=now + timedelta(days=13),
        restitution_ends_at=now + timedelta(days=15),
    )
    slot = SlotFactory(edition=edition)
    registration = RegistrationFactory(edition=edition, slot=slot, slot_id=slot.id)
    made: ItemList = ItemListFactory(registration=registration, number=245)
    db.session.commit()
    return made


def address(item_list: ItemList, tail: str = "") -> str:
    return f"/editions/{item_list.edition_id}/lists/{item_list.id}{tail}"


def choose(page: Page, category: str, kind: str) -> None:
    """The two taps of the type."""
    page.get_by_role("button", name=category, exact=True).click()
    page.get_by_role("button", name=kind, exact=True).click()


def positions(item_list: ItemList) -> list[str]:
    db.session.expire_all()
    found = [item.description for item in item_list.items]
    db.session.rollback()  # or the write lock this reading took would keep the server waiting
    return found


@pytest.mark.browser
def test_a_list_declared_and_validated_on_a_phone(
    phone: Page, browser_login: Login, axe: Axe, own_list: ItemList
) -> None:
    browser_login(phone.context, own_list.registration.user)
    phone.goto("/portal")
    axe(phone)
    phone.get_by_role("link", name="Commencer ma liste").click()

    choose(phone, "Vêtements", "Pantalon")
    phone.get_by_role("radio", name="Fille", exact=True).check()
    expect(phone.locator("[data-hint]")).to_have_text(re.compile("Prix conseillé : 3 à 10"))
    phone.get_by_label("Prix").fill("12,30")
    phone.get_by_label("Description").fill("Toile bleue")
    phone.get_by_role("button", name="Enregistrer").click()
    expect(phone.get_by_text("Choisissez un prix par pas de")).to_be_visible()
    expect(phone.get_by_label("Taille ou pointure")).to_be_focused()
    expect(phone.get_by_label("Description")).to_have_value("Toile bleue")
    axe(phone)

    phone.get_by_label("Taille ou pointure").fill("8 ans")
    phone.get_by_label("Prix").fill("4,50")
    phone.get_by_label("Propre, complet").check()
    phone.get_by_role("button", name="Et un autre").click()
    expect(phone.locator(".gauge__value").first).to_have_text("1/24")
    expect(phone.get_by_role("button", name="Jupe", exact=True)).to_be_in_viewport()  # same category at hand
    phone.get_by_role("button", name="Autre catégorie").click()
    choose(phone, "Livres", "Livre enfant")
    expect(phone.get_by_label("Taille ou pointure")).to_be_hidden()
    phone.get_by_label("Prix").fill("2")
    phone.get_by_label("Description").fill("Albums")
    phone.get_by_label("Propre, complet").check()
    phone.get_by_role("button", name="Enregistrer").click()
    expect(phone.locator(".gauge__value").first).to_have_text("2/24")
    expect(phone.get_by_text(re.compile("Enregistré à"))).to_be_visible()
    axe(phone)

    phone.get_by_role("button", name="Copier « Pantalon fille, 8 ans »").click()
    expect(phone.get_by_role("heading", name="Copie à compléter")).to_be_visible()
    phone.get_by_label("Description").fill("Velours")
    phone.get_by_role("button", name="Enregistrer").click()
    expect(phone.locator(".item__details").nth(1)).to_have_text(re.compile("Velours"))
    assert positions(own_list) == ["Toile bleue", "Velours", "Albums"]

    phone.get_by_label("Autres actions sur").first.click()
    phone.get_by_role("button", name="Descendre").click()
    expect(phone.locator(".item__details").first).to_have_text(re.compile("Velours"))
    phone.get_by_label("Autres actions sur").first.click()
    phone.get_by_role("button", name="Supprimer").click()
    expect(phone.get_by_text("Article supprimé.")).to_be_visible()
    axe(phone)
    phone.get_by_role("button", name="Annuler").click()
    expect(phone.locator(".gauge__value").first).to_have_text("3/24")
    assert positions(own_list) == ["Velours", "Toile bleue", "Albums"]

    phone.get_by_role("link", name="Valider").click()
    axe(phone)
    phone.get_by_role("link", name="J’ai relu, continuer").click()
    expect(phone.get_by_label("J’accepte les conditions")).to_be_in_viewport()
    expect(phone.get_by_role("button", name="Valider ma liste")).to_be_in_viewport(ratio=1)
    phone.get_by_role("button", name="Valider ma liste").click()
    expect(phone.get_by_text("Cochez la case pour accepter")).to_be_visible()
    phone.get_by_label("J’accepte les conditions").check()
    phone.get_by_role("button", name="Valider ma liste").click()
    expect(phone.get_by_text("Liste 245 est validée.")).to_be_visible()
    axe(phone)
    with phone.expect_download() as recap:
        phone.get_by_role("link", name="Récapitulatif (PDF)").click()
    assert recap.value.suggested_filename == "recapitulatif-liste-245.pdf"
    phone.goto(address(own_list))
    expect(phone.get_by_text("elle ne se modifie plus")).to_be_visible()
    axe(phone)
    db.session.expire_all()
    assert own_list.state is ListState.VALIDATED
    assert [item.line for item in own_list.items] == [1, 2, 3]


@pytest.mark.browser
def test_a_half_typed_item_survives_a_closed_tab(
    new_context: NewContext, browser_login: Login, own_list: ItemList
) -> None:
    context = new_context(**PHONE)
    browser_login(context, own_list.registration.user)
    page = context.new_page()
    page.goto(address(own_list, "/items/new"))
    choose(page, "Livres", "Livre enfant")
    page.get_by_label("Description").fill("Albums du petit ours")
    page.close()
    page = context.new_page()
    page.goto(address(own_list, "/items/new"))
    expect(page.get_by_text("Saisie retrouvée")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("Albums du petit ours")
    expect(page.locator(".picker__path")).to_have_text(re.compile("Livre enfant"))
    page.get_by_label("Prix").fill("2")
    page.get_by_label("Propre, complet").check()
    page.get_by_role("button", name="Et un autre").click()
    expect(page.locator(".gauge__value").first).to_have_text("1/24")
    expect(page.get_by_label("Description")).to_have_value("")
    page.reload()
    expect(page.get_by_label("Description")).to_have_value("")


@pytest.mark.browser
def test_changes_of_an_item_wait_until_they_are_saved_or_given_up(
    phone: Page, browser_login: Login, own_list: ItemList
) -> None:
    item = ItemFactory(item_list=own_list, position=1, description="Toile bleue")
    db.session.commit()
    browser_login(phone.context, own_list.registration.user)
    phone.goto(address(own_list))
    found, described = phone.get_by_text("sont retrouvés"), phone.get_by_label("Description")

    def reopen() -> None:
        phone.locator(".item__open").click()
        expect(phone.get_by_role("heading", name="Modifier l’article 1")).to_be_visible()

    reopen()
    described.fill("Velours vert")
    phone.get_by_role("link", name="Fermer").click()
    reopen()
    expect(found).to_be_visible()
    expect(described).to_have_value("Velours vert")
    phone.get_by_role("button", name="Annuler").click()
    expect(described).to_have_value("Toile bleue")
    described.fill("Velours rouge")
    phone.go_back()
    reopen()
    expect(described).to_have_value("Velours rouge")
    phone.get_by_role("button", name="Enregistrer").click()
    expect(phone.locator(".item__details")).to_have_text(re.compile("Velours rouge"))
    reopen()
    expect(described).to_have_value("Velours rouge")
    expect(found).to_be_hidden()
    # What was typed over an item that changed since is not put back.
    described.fill("Velours noir")
    db.session.refresh(item)
    item.description = "Changé ailleurs"
    db.session.commit()
    phone.goto(address(own_list, f"/items/{item.id}"))
    expect(described).to_have_value("Changé ailleurs")


@pytest.mark.browser
def test_the_back_gesture_returns_to_a_working_list(
    phone: Page, browser_login: Login, own_list: ItemList
) -> None:
    ItemFactory(item_list=own_list, position=1)
    db.session.commit()
    browser_login(phone.context, own_list.registration.user)
    phone.goto(address(own_list))
    phone.get_by_role("link", name="Ajouter un article").click()
    expect(phone.get_by_role("button", name="Vêtements", exact=True)).to_be_visible()
    phone.go_back()
    expect(phone.get_by_role("link", name="Ajouter un article")).to_be_visible()
    phone.go_forward()
    expect(phone.get_by_role("button", name="Vêtements", exact=True)).to_be_visible()


@pytest.mark.browser
def test_everything_works_without_javascript(
    new_context: NewContext, browser_login: Login, own_list: ItemList
) -> None:
    context = new_context(**PHONE, java_script_enabled=False)
    browser_login(context, own_list.registration.user)
    page = context.new_page()
    page.goto("/portal")
    page.get_by_role("link", name="Commencer ma liste").click()
    page.get_by_label("Type d’article").select_option(label="Peluche")
    page.get_by_role("textbox", name="Prix").fill("0,99")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Le prix est d’au moins")).to_be_visible()
    page.get_by_role("textbox", name="Prix").fill("3")
    page.get_by_label("Propre, complet").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".gauge__value").first).to_have_text("1/24")
    page.get_by_role("button", name="Copier").click()
    expect(page.get_by_text("Peluche : 1 au plus par liste")).to_be_visible()
    page.get_by_label("Autres actions sur").click()
    page.get_by_role("button", name="Supprimer").click()
    expect(page.get_by_text("Votre liste est vide")).to_be_visible()
    page.get_by_role("button", name="Annuler").click()
    expect(page.locator(".gauge__value").first).to_have_text("1/24")
    page.get_by_role("link", name="Valider", exact=True).click()
    page.get_by_label("J’accepte les conditions").check()
    page.get_by_role("button", name="Valider ma liste").click()
    expect(page.get_by_text("Liste 245 est validée.")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen_is_accessible_on_a_laptop(
    new_context: NewContext, browser_login: Login, axe: Axe, own_list: ItemList, theme: str
) -> None:
    former = list_on_sale(
        2,
        registration=RegistrationFactory(
            edition=EditionFactory(sale_starts_at=utcnow() - timedelta(days=180)),
            user=own_list.registration.user,
        ),
    )
    former.items[0].state = ItemState.UNSOLD
    ItemFactory(item_list=own_list, position=1, conforms=False)
    db.session.commit()
    context = new_context(**DESKTOP, color_scheme=theme)
    browser_login(context, own_list.registration.user)
    page = context.new_page()
    portal = f"/editions/{former.edition_id}/portal"
    for tail in ("", "/items/new", "/validation", "/takeover"):
        page.goto(address(own_list, tail))
        axe(page)
    for path in ("/portal", portal, f"{portal}/sales", address(former)):
        page.goto(path)
        axe(page)


@pytest.mark.browser
def test_a_sale_appears_while_the_page_is_open(phone: Page, browser_login: Login, live_app: Flask) -> None:
    """The figures ask again by themselves; the clock of the page is moved on rather than waited for."""
    item_list, till = list_on_sale(2), TillFactory()
    till.edition_id = item_list.edition_id
    db.session.commit()
    browser_login(phone.context, item_list.registration.user)
    phone.clock.install()
    phone.goto("/portal")
    figures = phone.locator(".sales-figures")
    expect(figures.locator(".stat__value").first).to_have_text("0")
    sell(till, [item_list.items[0]])
    db.session.commit()
    phone.clock.run_for(31_000)
    expect(figures.locator(".stat__value").first).to_have_text("1")
    expect(figures).to_contain_text("3,60")  # 4,50 less 20 %


def test_signing_out_forgets_what_was_half_typed(
    live_app: Flask, own_list: ItemList, new_context: NewContext, browser_login: Login
) -> None:
    context = new_context(**PHONE)
    browser_login(context, own_list.registration.user)
    page = context.new_page()
    page.goto(address(own_list))
    page.evaluate("localStorage.setItem('item-draft:list-1', '[]'); localStorage.setItem('till', '1')")
    bottom = page.get_by_role("navigation", name="Menu", exact=True)
    expect(bottom.get_by_role("link", name="Mes ventes")).to_be_visible()
    page.locator("summary", has_text="Mon compte").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/sign-in")
    kept = page.evaluate("Object.keys(localStorage)")
    assert "till" in kept
    assert not [key for key in kept if key.startswith("item-draft:")], kept
