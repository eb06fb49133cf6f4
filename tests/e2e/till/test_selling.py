"""Scanning at a till, whatever has the focus, however fast, however slow the computer."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.hall import Hall, scan, sell
from tests.support.till_checks import FULL_DISK, SET_CLOCK, SLOW, journal_of

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]


def test_scenario_32_a_scan_never_presses_the_button_that_has_the_focus(till: Page, hall: Hall) -> None:
    scan(till, hall.codes[0])
    remove = till.get_by_role("button", name="Retirer Pantalon")
    remove.focus()
    scan(till, hall.codes[1])
    expect(till.locator("[data-basket] li")).to_have_count(2)
    till.keyboard.press("F3")
    expect(till.locator("[data-panel='single'] [data-confirm]")).to_be_focused()
    scan(till, hall.codes[2])
    expect(till.locator("[data-basket] li")).to_have_count(3)
    expect(till.locator("[data-panel='done']")).to_be_hidden()
    till.keyboard.press("Escape")
    till.keyboard.press("F2")
    till.locator("[data-tendered]").fill("20")
    scan(till, hall.codes[3])
    expect(till.locator("[data-basket] li")).to_have_count(4)
    expect(till.locator("[data-tendered]")).to_have_value("20")


def test_scenario_33_an_american_scanner_on_a_french_computer(till: Page, hall: Hall) -> None:
    code = hall.codes[4]
    scan(till, code, text="".join("à&é\"'(-è_ç"[int(digit)] for digit in code))
    expect(till.locator("[data-basket] li")).to_have_count(1)
    expect(till.locator("[data-basket]")).to_contain_text("245-05")
    till.locator("#manual-code").focus()
    code = hall.codes[5]
    scan(till, code, text="".join("à&é\"'(-è_ç"[int(digit)] for digit in code))
    expect(till.locator("[data-basket] li")).to_have_count(2)
    expect(till.locator("#manual-code")).to_have_value("")


def test_two_scans_a_tenth_of_a_second_apart_are_two_lines_in_order(till: Page, hall: Hall) -> None:
    till.context.new_cdp_session(till).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    for code in hall.codes[6:12]:
        scan(till, code)
    expect(till.locator(".line__detail")).to_contain_text(
        ["245-07", "245-08", "245-09", "245-10", "245-11", "245-12"]
    )


def test_a_till_that_is_late_with_its_keys_does_not_cut_a_scan(till: Page, hall: Hall) -> None:
    till.evaluate(
        """() => window.addEventListener("keydown", () => {
            const until = performance.now() + 200;
            while (performance.now() < until);
        })"""
    )
    scan(till, hall.codes[0])
    expect(till.locator(".line__detail")).to_contain_text(["245-01"])


def ask_void(page: Page) -> None:
    page.keyboard.press("F9")
    page.locator("[data-history-list]").get_by_role("button", name="Annuler").click()


def test_a_scan_while_a_void_is_written_is_the_next_line(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    ask_void(till)
    till.evaluate(SLOW)
    till.get_by_role("button", name="Annuler ces articles").click()
    scan(till, hall.codes[1])
    expect(till.locator("[data-basket] li")).to_have_count(0)
    till.evaluate("() => window.letGo()")
    expect(till.locator(".line__detail")).to_contain_text(["245-02"])


def test_after_a_void_the_screen_says_how_to_give_back_and_no_longer_that_it_was_paid(
    till: Page, hall: Hall
) -> None:
    sell(till, hall.codes[0])
    done = till.locator("[data-panel='done']")
    expect(done).to_be_visible()
    ask_void(till)
    till.get_by_role("button", name="Annuler ces articles").click()
    expect(till.locator("[data-answer]")).to_contain_text("Annulé : rendez 1,00 € (espèces)")
    expect(done).to_be_hidden()
    expect(till.locator("[data-last-sale]")).to_contain_text("1,00 € rendus par annulation")


def test_a_void_that_cannot_be_written_says_so_and_can_be_tried_again(till: Page, hall: Hall) -> None:
    sell(till, hall.codes[0])
    ask_void(till)
    till.evaluate(FULL_DISK)
    confirm = till.get_by_role("button", name="Annuler ces articles")
    confirm.click()
    expect(till.locator("[data-void-refund]")).to_contain_text("NON ENREGISTRÉ")
    expect(till.locator("[data-answer]")).to_contain_text("NON ENREGISTRÉ")
    till.evaluate("() => window.letGo()")
    confirm.click()
    expect(till.locator("[data-answer]")).to_contain_text("Annulé : rendez 1,00 €")
    expect(till.locator("[data-void-refund]")).to_be_hidden()


def test_what_is_added_or_removed_while_a_sale_is_written_is_the_next_customers(
    till: Page, hall: Hall
) -> None:
    """On a slow disk there is time to type a code, or to touch a line: neither may change what was paid."""
    scan(till, hall.codes[0])
    scan(till, hall.codes[1])
    till.keyboard.press("F2")
    till.evaluate(SLOW)
    till.keyboard.press("Enter")
    till.get_by_role("button", name="Retirer Pantalon").first.click()
    till.locator("#manual-code").fill("245-03")
    till.keyboard.press("Enter")
    till.locator("[data-found-add]").click()
    till.evaluate("() => window.letGo()")
    expect(till.locator(".line__detail")).to_contain_text(["245-03"])
    till.keyboard.press("F9")
    expect(till.locator("[data-history-list]")).to_contain_text("245-01, 245-02")


def test_an_item_asked_about_and_not_answered_is_named_when_the_next_one_is_scanned(
    till: Page, hall: Hall
) -> None:
    """« Est-ce bien cet article ? » left open by who scans on: that item would leave unpaid."""
    till.locator("#manual-code").fill("245-03")
    till.keyboard.press("Enter")
    expect(till.locator("#found, [data-found]").first).to_be_visible()
    scan(till, hall.codes[0])
    expect(till.locator(".line__detail")).to_have_count(1)
    answer = till.locator("[data-answer]")
    expect(answer).to_contain_text("pas ajouté")
    expect(answer).to_contain_text("0245 03")
    # Who scans the very item that was asked about has answered.
    till.locator("#manual-code").fill("245-02")
    till.keyboard.press("Enter")
    scan(till, hall.codes[1])
    expect(till.locator(".line__detail")).to_have_count(2)
    expect(answer).not_to_contain_text("pas ajouté")


def test_one_press_too_many_makes_no_sale_of_nothing(till: Page, hall: Hall) -> None:
    scan(till, hall.codes[0])
    till.keyboard.press("F2")
    keyboard = till.context.new_cdp_session(till)
    enter = {"code": "Enter", "key": "Enter", "text": "\r", "windowsVirtualKeyCode": 13}
    keyboard.send("Input.dispatchKeyEvent", {**enter, "type": "keyDown"})
    for _ in range(60):
        keyboard.send("Input.dispatchKeyEvent", {**enter, "type": "keyDown", "autoRepeat": True})
    expect(till.locator("[data-panel='done']")).to_be_visible()
    till.evaluate("() => document.querySelector('[data-panel] form').requestSubmit()")
    till.wait_for_timeout(300)
    assert len(journal_of(till, hall.tills[0].id)) == 1


def test_a_void_asked_in_time_and_confirmed_too_late_is_the_managers(till: Page, hall: Hall) -> None:
    """Left open over a coffee: a manager may have given the money back meanwhile."""
    sell(till, hall.codes[0])
    ask_void(till)
    # No ping may come between: it would find that the server's clock did not move.
    till.context.set_offline(True)
    till.evaluate(SET_CLOCK, [6 * 60_000, True])
    till.get_by_role("button", name="Annuler ces articles").click()
    expect(till.locator("[data-void-refund]")).to_contain_text("Les cinq minutes sont passées")
    assert len(journal_of(till, hall.tills[0].id)) == 1


def test_cash_beside_a_card_that_pays_all_is_given_back_before_the_sale(till: Page, hall: Hall) -> None:
    scan(till, hall.codes[4])
    panel = till.locator("[data-panel='split']")
    for key in ("F6", "3", "Tab", "Tab", "5", "Enter"):
        till.keyboard.press(key)
    expect(panel.locator("[data-note]")).to_have_text(
        "Carte et chèque paient tout. Rendez 5,00 €, puis effacez les espèces."
    )
    expect(panel.locator("[data-confirm]")).to_be_disabled()
    panel.get_by_label("Espèces").fill("")
    till.keyboard.press("Enter")
    expect(till.locator("[data-panel='done']")).to_be_visible()
