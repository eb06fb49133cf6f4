"""The screen locks when nobody is there, and opens with a code of this session, without the network too."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.hall import Hall, scan
from tests.support.till_checks import SET_CLOCK

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]


def test_the_screen_locks_and_opens_with_the_code(till: Page, hall: Hall) -> None:
    till.get_by_role("button", name="Choisir un code").click()
    till.get_by_label("Quatre chiffres").fill("2580")
    till.get_by_label("Encore une fois").fill("2580")
    till.get_by_role("button", name="Garder ce code").click()
    scan(till, hall.codes[0])
    total, window = till.locator("[data-total]"), till.locator("dialog[data-lock]")
    expect(total).to_be_visible()
    till.route("**/sync/**", lambda route: route.abort())
    # Nobody for six minutes.
    till.evaluate(SET_CLOCK, [6 * 60_000, True])
    expect(window).to_be_visible()
    expect(total).to_be_hidden()
    expect(till.locator("[data-status]")).to_be_visible()
    till.keyboard.press("Escape")
    till.keyboard.press("Escape")
    expect(window).to_be_visible()
    scan(till, hall.codes[1])
    expect(till.locator("[data-lock-answer]")).to_contain_text("Déverrouillez avant de scanner")

    unlock(till, "0000")
    expect(till.locator("[data-lock-answer]")).to_contain_text("Encore 4 essais")
    unlock(till, "2580")
    expect(window).to_be_hidden()
    expect(till.locator("[data-basket] li")).to_have_count(1)

    till.get_by_role("button", name="Plus").click()
    till.get_by_role("button", name="Verrouiller l’écran").click()
    expect(window).to_be_visible()
    for _ in range(5):
        unlock(till, "1111")
        expect(till.get_by_label("Votre code")).to_have_value("")
    expect(window.get_by_role("button", name="Se connecter")).to_be_visible()
    # A page loaded again is locked again, and gives no further try.
    till.on("dialog", lambda dialog: dialog.accept())
    till.reload()
    expect(window).to_be_visible()
    expect(window.get_by_role("button", name="Se connecter")).to_be_visible()
    expect(total).to_be_hidden()


def unlock(page: Page, code: str) -> None:
    page.get_by_label("Votre code").fill(code)
    page.get_by_role("button", name="Déverrouiller").click()
