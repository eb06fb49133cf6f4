"""One sale by keyboard alone, one by touch alone, one by camera: a step leaves what the next begins with."""

from pathlib import Path

from playwright.sync_api import Page, expect

from app.cli.screenshots.gestures import see_it_done, stand_at_till
from app.cli.screenshots.scenes import codes_on_sale
from app.cli.support.film import film, qr

# Between two keys of a person: quicker is a scanner.
PERSON_MS = 150
# Places among the items on sale, of which no other picture sells any.
TYPED, TOUCHED, FILMED = 20, 24, 28


def film_label(path: Path) -> list[str]:
    """The camera of these pictures sees one label; the browser's flags for it."""
    [code] = codes_on_sale(FILMED, 1)
    return film(path, (qr(code), 1))


def type_a_code(page: Page) -> None:
    stand_at_till(page)
    page.keyboard.press("F7")
    page.keyboard.type(_place_of(TYPED), delay=PERSON_MS)
    page.keyboard.press("Enter")
    expect(page.locator("[data-found-add]")).to_be_focused()


def type_the_note(page: Page) -> None:
    type_a_code(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-basket] > li")).to_have_count(1)
    page.keyboard.press("F2")
    page.keyboard.type("20")


def press_enter(page: Page) -> None:
    """The basket was kept; the panel is opened again."""
    stand_at_till(page)
    page.keyboard.press("F2")
    page.keyboard.type("20")
    page.keyboard.press("Enter")
    see_it_done(page)


def touch_search(page: Page) -> None:
    stand_at_till(page)
    page.get_by_label("Code ou mots").fill(_place_of(TOUCHED))
    page.get_by_role("button", name="Chercher").tap()
    expect(page.locator("[data-found-add]")).to_be_visible()


def touch_a_note(page: Page) -> None:
    touch_search(page)
    page.get_by_role("button", name="Ajouter au panier").tap()
    _touch_cash(page)


def touch_confirm(page: Page) -> None:
    stand_at_till(page)
    _touch_cash(page)
    page.get_by_role("button", name="Encaisser").tap()
    see_it_done(page)


def show_the_label(page: Page) -> None:
    stand_at_till(page)
    page.get_by_role("button", name="Caméra").tap()
    expect(page.locator("[data-basket] > li")).to_have_count(1)


def touch_card(page: Page) -> None:
    stand_at_till(page)
    page.get_by_role("button", name="Carte").tap()
    expect(page.locator("[data-panel=single]")).to_be_visible()


def confirm_card(page: Page) -> None:
    touch_card(page)
    page.get_by_role("button", name="Encaisser").tap()
    see_it_done(page)


def _touch_cash(page: Page) -> None:
    page.get_by_role("button", name="Espèces").tap()
    page.locator("[data-notes]").get_by_role("button", name="20").tap()


def _place_of(first: int) -> str:
    """List and line of an item, as a volunteer reads them on its label: `245-03`."""
    [code] = codes_on_sale(first, 1)
    return f"{int(code[2:6])}-{code[6:8]}"
