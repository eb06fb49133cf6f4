"""Receipts: on paper, on the screen as a QR code, again as a duplicate; and the change of the last sale."""

import io
from collections.abc import Callable

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.support.hall import Hall, scan, sell, wait_offline_ready, wait_ready
from tests.support.server import LiveServer
from tests.support.till_checks import remembered

pytestmark = pytest.mark.browser

MM = 72 / 25.4
COUNT_PRINTS = "() => { window.prints = 0; window.print = () => { window.prints += 1; }; }"


def printed(page: Page) -> tuple[str, float, float]:
    """What a printer would get: the text of its only sheet, width and height in millimetres."""
    (sheet,) = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    return (
        " ".join(sheet.extract_text().split()),
        float(sheet.mediabox.width) / MM,
        float(sheet.mediabox.height) / MM,
    )


def read_qr(page: Page) -> str:
    picture = Image.open(io.BytesIO(page.locator("[data-receipt-qr]").screenshot()))
    (code,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return code.text


def test_a_receipt_of_an_offline_sale_on_paper_and_on_a_phone(
    till: Page, live_server: LiveServer, hall: Hall, axe: Callable[[Page], None]
) -> None:
    wait_offline_ready(till)
    live_server.stop()
    till.reload()
    wait_ready(till)
    expect(till.locator("[data-status-text]")).to_contain_text("Hors connexion", timeout=15_000)
    till.evaluate(COUNT_PRINTS)
    scan(till, hall.codes[0])
    scan(till, hall.codes[1])
    till.keyboard.press("F2")
    till.keyboard.type("20")
    till.keyboard.press("Enter")
    till.get_by_role("button", name="Ticket", exact=True).click()
    axe(till)
    told = read_qr(till)
    for words in (
        hall.edition.name,
        "Vente hors connexion, n° C1-00001",
        "245-02 1,50 €",
        "TOTAL 2,50 €",
        "Rendu 17,50 €",
    ):
        assert words in told
    assert till.evaluate("() => window.prints") == 0
    till.get_by_role("button", name="Imprimer", exact=True).click()
    till.wait_for_function("() => window.prints === 1")
    text, width, height = printed(till)
    assert width == pytest.approx(80, abs=1)
    assert 50 < height < 120
    for words in ("Ticket C1-00001", "17,50", "Vente hors connexion"):
        assert words in text
    assert "DUPLICATA" not in text
    # The same again, from the history, on A4, after one article came back.
    till.keyboard.press("Escape")
    till.keyboard.press("F9")
    till.locator("[data-history-list]").get_by_role("button", name="Annuler").click()
    till.get_by_label("245-02").uncheck()
    till.get_by_role("button", name="Annuler ces articles").click()
    expect(till.locator("[data-answer]")).to_contain_text("rendez 1,00 €")
    till.keyboard.press("F9")
    till.locator("[data-history-list]").get_by_role("button", name="Ticket").click()
    till.get_by_label("Feuille A4").check()
    till.get_by_role("button", name="Imprimer", exact=True).click()
    till.wait_for_function("() => window.prints === 2")
    text, width, height = printed(till)
    assert (width, height) == (pytest.approx(210, abs=1), pytest.approx(297, abs=1))
    for words in ("DUPLICATA", "245-01 (annulé)", "1,00 € rendus (espèces)"):
        assert words in text
    # By itself only once it is asked, and the paper is remembered.
    till.get_by_label("Imprimer chaque vente sans le demander").check()
    assert remembered(till, hall.tills[0].id, "receipt") == {"paper": "a4", "auto": True}
    till.reload()
    wait_ready(till)
    till.evaluate(COUNT_PRINTS)
    sell(till, hall.codes[2])
    till.wait_for_function("() => window.prints === 1")
    assert printed(till)[1] == pytest.approx(210, abs=1)


def test_the_change_of_the_last_sale_can_be_seen_again(till: Page, hall: Hall) -> None:
    line, done = till.locator("[data-last-sale]"), till.locator("[data-panel='done']")
    scan(till, hall.codes[0])
    till.keyboard.press("F2")
    till.keyboard.type("20")
    till.keyboard.press("Enter")
    expect(done).to_be_visible()
    scan(till, hall.codes[1])
    expect(line).to_contain_text("1,00 €, donné 20,00 €, rendu 19,00 €")
    till.keyboard.press("F11")
    expect(till.locator("[data-done-sum]")).to_have_text("19,00 €")
    till.keyboard.press("Escape")
    expect(done).to_be_hidden()
    expect(till.locator("[data-basket] li")).to_have_count(1)
    # Also when the page died meanwhile.
    till.reload()
    wait_ready(till)
    line.click()
    expect(till.locator("[data-done-sum]")).to_have_text("19,00 €")
    scan(till, hall.codes[2])
    expect(done).to_be_hidden()
    sell_card(till)
    scan(till, hall.codes[3])
    expect(line).to_contain_text("3,50 € par carte")


def sell_card(page: Page) -> None:
    page.keyboard.press("F3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-panel='done']")).to_be_visible()
