"""Deposit day on a tablet: a volunteer finds a depositor by the label, strikes, has them sign, goes on."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import Role, User
from app.cli.support.processes import wait_until
from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import CheckIn, ItemList, ItemState
from app.editions.models import EditionState
from tests.factories import EditionFactory, RegistrationFactory, SlotFactory, UserFactory, declared_list
from tests.support.browser import PHONE, sideways
from tests.support.hall import scan

pytestmark = pytest.mark.browser
LANDSCAPE = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
PORTRAIT = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}


@pytest.fixture
def item_list(live_app: object) -> ItemList:
    edition = EditionFactory(state=EditionState.FROZEN)
    now = utcnow()
    slot = SlotFactory(
        edition=edition,
        label="Mercredi 14h-18h",
        starts_at=now - timedelta(hours=3),
        ends_at=now + timedelta(minutes=5),
    )
    person = RegistrationFactory(
        edition=edition, slot=slot, user=UserFactory(first_name="Camille", last_name="Ferrand")
    )
    item_list: ItemList = declared_list(6, number=245, registration=person)
    declared_list(3, number=246, registration=person)
    assert item_list.items  # loaded, so that looking at them later holds no lock
    db.session.commit()
    return item_list


@pytest.fixture
def desk(
    new_context: Callable[..., BrowserContext], browser_login: Callable[[BrowserContext, User], None]
) -> Callable[..., Page]:
    """`desk(**PORTRAIT)`: a volunteer's page of that size."""

    def open_page(**size: object) -> Page:
        context = new_context(**size)
        browser_login(context, UserFactory(role=Role.VOLUNTEER, first_name="Odette", last_name="Pastourel"))
        return context.new_page()

    return open_page


def sign(page: Page) -> None:
    pad = page.locator("[data-signature-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 20 + 12 * step, box["y"] + (40 if step % 2 else 80))
    page.mouse.up()


def test_a_deposit_from_the_scan_to_the_next_depositor(
    desk: Callable[..., Page], item_list: ItemList, axe: Callable[[Page], None]
) -> None:
    page = desk(**LANDSCAPE)
    page.goto(f"/editions/{item_list.edition_id}/deposit")
    expect(page.get_by_role("heading", name="Mercredi 14h-18h")).to_be_visible()
    axe(page)
    page.get_by_role("searchbox").press_sequentially("ferr")
    expect(page.get_by_text("1 déposant pour « ferr »")).to_be_visible()
    axe(page)
    page.get_by_role("searchbox").fill("")
    scan(page, item_list.items[0].code or "")
    expect(page.get_by_role("heading", name="Camille Ferrand")).to_be_visible()
    axe(page)
    assert sideways(page) <= 0

    page.get_by_label("Pièce d’identité vérifiée").check()
    page.get_by_label("Enveloppe timbrée remise").check()
    page.locator(f"#item-{item_list.items[1].id}").get_by_text("Refuser").first.click()
    axe(page)
    page.get_by_role("button", name="Tache").click()
    expect(page.get_by_text("Refusé : Tache")).to_be_visible()
    expect(page.get_by_label("Pièce d’identité vérifiée")).to_be_checked()
    expect(page.get_by_role("button", name="Accepter 8 articles")).to_be_visible()
    expect(page.locator(":focus")).to_have_text("Reprendre")

    page.get_by_role("button", name="Accepter 8 articles").click()
    expect(page.get_by_label("Second bénévole")).to_be_focused()
    axe(page)
    page.get_by_label("Second bénévole").fill("Paul Estève")
    sign(page)
    page.get_by_role("button", name="Accepter 8 articles").click()
    expect(page.get_by_text("8 en vente, 1 refusé")).to_be_visible()
    expect(page.get_by_role("link", name="Déposant suivant")).to_be_focused()
    axe(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_text("Déposé à")).to_be_visible()

    db.session.expire_all()
    check_in = db.session.query(CheckIn).one()
    assert check_in.signature_path.startswith("M")
    assert not check_in.late
    assert [item.state for item in item_list.items].count(ItemState.ON_SALE) == 5


def test_the_last_reason_for_the_last_item_stands_above_the_bar_of_the_menu(
    desk: Callable[..., Page], item_list: ItemList
) -> None:
    page = desk(**PORTRAIT)
    page.goto(f"/editions/{item_list.edition_id}/deposit/{item_list.registration_id}")
    page.locator(".desk-item").last.get_by_text("Refuser").first.click()
    page.get_by_placeholder("Autre raison").last.click(timeout=5_000)

    def above_the_bar() -> bool:
        bar = page.locator(".bottombar").bounding_box()
        panel = page.locator(".strike[open] .strike__panel").bounding_box()
        return bool(bar and panel and panel["y"] + panel["height"] <= bar["y"])

    # The page scrolls once it hears that the reasons are open, which may be after the click.
    wait_until(above_the_bar, "the reasons above the bar", seconds=5)


def test_a_double_click_records_once(desk: Callable[..., Page], item_list: ItemList) -> None:
    page = desk(**PORTRAIT)
    page.goto(f"/editions/{item_list.edition_id}/deposit/{item_list.registration_id}")
    page.get_by_label("Pièce d’identité vérifiée").check()
    page.get_by_label("Second bénévole").fill("Paul Estève")
    page.get_by_label("Signé sur papier").check()
    page.get_by_role("button", name="Tout accepter").dblclick()
    expect(page.get_by_text(": 9 en vente.")).to_be_visible()
    assert db.session.query(CheckIn).count() == 1


def test_a_label_scanned_meanwhile_neither_fills_a_field_nor_sends_the_form(
    desk: Callable[..., Page], item_list: ItemList
) -> None:
    page = desk(**PORTRAIT)
    page.goto(f"/editions/{item_list.edition_id}/deposit/{item_list.registration_id}")
    page.get_by_label("Pièce d’identité vérifiée").check()
    page.get_by_label("Signé sur papier").check()
    page.get_by_label("Second bénévole").fill("Paul Estève")
    scan(page, "2609990167")
    expect(page.get_by_text("Cette étiquette n’est pas dans ce dépôt")).to_be_visible()
    expect(page.get_by_label("Second bénévole")).to_have_value("Paul Estève")
    scan(page, item_list.items[2].code or "")
    expect(page.locator(f"#item-{item_list.items[2].id}")).to_have_class(re.compile("desk-item--scanned"))
    expect(page.get_by_label("Second bénévole")).to_have_value("Paul Estève")
    assert db.session.query(CheckIn).count() == 0


@pytest.mark.parametrize("size", [PORTRAIT, PHONE], ids=["portrait", "phone"])
def test_every_size_holds_the_desk(
    desk: Callable[..., Page], item_list: ItemList, axe: Callable[[Page], None], size: dict[str, object]
) -> None:
    page = desk(**size)
    for rest in ("", f"/{item_list.registration_id}"):
        page.goto(f"/editions/{item_list.edition_id}/deposit{rest}")
        assert sideways(page) <= 0
        axe(page)
    page.locator(f"#item-{item_list.items[0].id}").get_by_text("Refuser").first.click()
    panel = page.locator(f"#item-{item_list.items[0].id} .strike__panel")
    expect(panel).to_be_in_viewport(ratio=1)
    assert sideways(page) <= 0


def test_without_javascript_a_deposit_is_signed_on_paper(
    new_context: Callable[..., BrowserContext],
    browser_login: Callable[[BrowserContext, User], None],
    item_list: ItemList,
) -> None:
    context = new_context(**LANDSCAPE, java_script_enabled=False)
    browser_login(context, UserFactory(role=Role.VOLUNTEER))
    page = context.new_page()
    page.goto(f"/editions/{item_list.edition_id}/deposit/{item_list.registration_id}")
    row = page.locator(f"#item-{item_list.items[0].id}")
    row.get_by_text("Refuser").first.click()
    row.get_by_role("textbox").fill("Trop petit")
    row.get_by_role("button", name="Refuser", exact=True).click()
    expect(page.get_by_text("Refusé : Trop petit")).to_be_visible()
    page.get_by_label("Pièce d’identité vérifiée").check()
    page.get_by_label("Second bénévole").fill("Paul Estève")
    page.get_by_label("Signé sur papier").check()
    page.get_by_role("button", name="Accepter 8 articles").click()
    expect(page.get_by_text("8 en vente, 1 refusé")).to_be_visible()
    db.session.expire_all()
    assert db.session.query(CheckIn).one().signature_path == ""


def test_the_labels_and_items_pages_are_accessible(
    new_context: Callable[..., BrowserContext],
    browser_login: Callable[[BrowserContext, User], None],
    item_list: ItemList,
    axe: Callable[[Page], None],
) -> None:
    for size in (LANDSCAPE, PHONE):
        context = new_context(**size)
        browser_login(context, UserFactory(role=Role.MANAGER))
        page = context.new_page()
        for rest in ("labels", "items", f"items/{item_list.items[0].id}"):
            page.goto(f"/editions/{item_list.edition_id}/{rest}")
            assert sideways(page) <= 0, rest
            axe(page)
