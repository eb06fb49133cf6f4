"""Every component in a real browser: accessible in both themes and sizes, behaving without inline code."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import DESKTOP, PHONE, sideways

pytestmark = pytest.mark.browser


@pytest.fixture
def components(page: Page) -> Page:
    page.goto("/components")
    return page


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_component_is_accessible(
    new_context: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
    size: dict[str, object],
    scheme: Literal["light", "dark"],
) -> None:
    page = new_context(**size, color_scheme=scheme).new_page()
    page.goto("/components")
    axe(page)
    page.get_by_role("button", name="Supprimer l’article").click()
    axe(page)


@pytest.mark.parametrize("width", [320, 390, 820, 1024, 1366])
def test_no_page_scrolls_sideways(new_context: Callable[..., BrowserContext], width: int) -> None:
    page = new_context(viewport={"width": width, "height": 800}).new_page()
    page.goto("/components")
    assert sideways(page) <= 0


def test_the_first_wrong_field_has_the_focus(components: Page) -> None:
    expect(components.locator("#faux-name")).to_be_focused()


def test_a_destructive_act_asks_first_and_gives_the_focus_back(components: Page) -> None:
    opener = components.get_by_role("button", name="Supprimer l’article")
    opener.click()
    dialog = components.get_by_role("dialog")
    expect(dialog).to_contain_text("Vous pourrez la déclarer de nouveau.")
    components.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_double_click_leaves_the_dialog_it_opened_on_screen(components: Page) -> None:
    opener = components.get_by_role("button", name="Supprimer l’article")
    opener.evaluate("(button) => button.scrollIntoView({ block: 'end' })")
    button = opener.bounding_box()
    opener.dblclick()
    dialog = components.get_by_role("dialog")
    expect(dialog).to_be_visible()
    around = dialog.bounding_box()
    assert around
    assert button
    assert button["y"] > around["y"] + around["height"], "the second click falls beside the dialog"
    components.wait_for_timeout(600)
    components.mouse.click(5, 400)
    expect(dialog).to_be_hidden()


def test_a_colon_never_stands_alone_at_the_start_of_a_line(components: Page) -> None:
    loose = components.evaluate(
        """() => {
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const found = [];
          while (texts.nextNode()) {
            const { data, parentElement } = texts.currentNode;
            if (/ [:;?!»](\\s|$)/.test(data) && !parentElement.closest("pre, code, option")) found.push(data);
          }
          return found;
        }"""
    )
    assert loose == []


def test_selecting_rows_counts_them_and_hides_the_bar_when_none_is_left(components: Page) -> None:
    count = components.get_by_text("Listes sélectionnées")
    expect(count).to_have_text("Listes sélectionnées : 1")
    everything = components.get_by_label("Tout sélectionner")
    everything.check()
    expect(count).to_have_text("Listes sélectionnées : 3")
    everything.uncheck()
    expect(count).to_be_hidden()


def test_the_lost_connection_shows_in_the_frame(components: Page) -> None:
    components.context.set_offline(True)
    expect(components.locator("[data-connection]")).to_have_text("Hors connexion")
    components.context.set_offline(False)
    expect(components.locator("[data-connection]")).to_have_text("Connecté")


def test_a_menu_closes_when_one_leaves_it(components: Page) -> None:
    menu = components.locator("details.menu", has_text="Réimprimer l’étiquette")
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    components.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")


def test_a_password_can_be_shown(components: Page) -> None:
    components.get_by_role("button", name="Afficher").click()
    expect(components.locator("#juste-password")).to_have_attribute("type", "text")


@pytest.mark.parametrize("path", ["/nowhere", "/components?page=1"])
def test_no_page_needs_inline_style(page: Page, path: str) -> None:
    page.goto(path)
    assert page.locator("[style], style, script:not([src])").count() == 0
