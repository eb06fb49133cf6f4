"""What a person does before the picture is taken."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, expect

from app.cli.screenshots.scenes import (
    NEXT_ID,
    SALE_ID,
    billetweb_export,
    codes_on_sale,
    lose_a_till,
    name_on_call,
)

Gestures = Callable[[Page], None]
TRIES = 5
SCAN_MS = 500
LOADING_MS = 60_000


def visit(path: str) -> Gestures:
    """Open a page; `{sale}` and `{next}` in its path stand for the two editions."""
    return lambda page: _go(page, path.format(sale=SALE_ID, next=NEXT_ID))


def _go(page: Page, path: str) -> None:
    page.goto(path)


def edit_list(page: Page) -> None:
    page.goto(f"/editions/{NEXT_ID}/portal")
    page.get_by_role("link", name="Continuer ma liste").click()
    expect(page.get_by_role("link", name="Ajouter un article")).to_be_visible()


def add_item(page: Page) -> None:
    edit_list(page)
    page.get_by_role("link", name="Ajouter un article").click()
    expect(page.get_by_label("Prix")).to_be_visible()


def check_list(page: Page) -> None:
    edit_list(page)
    page.get_by_role("link", name="Valider", exact=True).click()
    expect(page.get_by_role("heading", name="Valider la")).to_be_visible()


def scan_some(page: Page) -> None:
    """Three items in the basket of the first till; the basket is still there for the next picture."""
    stand_at_till(page)
    _scan(page, codes_on_sale(0, 3))
    expect(page.locator("[data-status]")).to_contain_text("Synchronisé")


def take_cash(page: Page) -> None:
    """Paid with a note, the change on the screen."""
    stand_at_till(page)
    page.get_by_role("button", name="Espèces").click()
    page.get_by_label("Somme donnée par le client").fill("50")
    page.get_by_role("button", name="Encaisser").click()
    see_it_done(page)


def see_it_done(page: Page) -> None:
    expect(page.locator("[data-panel=done]")).to_be_visible()
    expect(page.locator("[data-status]")).to_contain_text("Synchronisé")


def sell_offline(page: Page) -> None:
    """The next customer at the same till, when the network is gone."""
    stand_at_till(page)
    page.context.set_offline(True)
    _scan(page, codes_on_sale(10, 2))
    page.get_by_role("button", name="Carte").click()
    page.get_by_role("button", name="Encaisser").click()
    expect(page.locator("[data-status]")).to_contain_text("gardée", timeout=40_000)


def count_drawer(page: Page) -> None:
    """Only one's own till can be counted."""
    stand_at_till(page)
    page.goto("/till/")
    page.get_by_role("link", name="Fermer").click()


def stand_at_till(page: Page) -> None:
    page.goto("/till/")
    if page.get_by_role("link", name="Ouvrir la caisse C1").is_visible():
        page.get_by_role("link", name="Ouvrir la caisse C1").click()
        page.get_by_label("Fonds de caisse compté").fill("100")
        page.get_by_role("button", name="Ouvrir et vendre").click()
    else:
        page.get_by_role("link", name="Reprendre la vente").first.click()
    counter = page.locator("[data-counter]:not([inert])")
    take_over = page.get_by_role("button", name="Reprendre la caisse ici")
    expect(counter.or_(take_over).first).to_be_visible(timeout=LOADING_MS)
    if take_over.is_visible():
        take_over.click()
    # The catalogue too is there.
    expect(counter).to_be_visible(timeout=LOADING_MS)
    if page.get_by_role("button", name="Pas maintenant").is_visible():
        page.get_by_role("button", name="Pas maintenant").click()


def _scan(page: Page, codes: list[str]) -> None:
    """Type codes as a scanner does. A busy machine types too slowly for a scanner: then once more."""
    lines = page.locator("[data-basket] > li")
    for number, code in enumerate(codes, start=1):
        for _ in range(TRIES):
            page.keyboard.type(code)
            page.keyboard.press("Enter")
            page.wait_for_timeout(SCAN_MS)
            if lines.count() == number:
                break
        expect(lines).to_have_count(number)


def open_training_till(page: Page) -> None:
    page.goto("/till/")
    page.get_by_role("link", name="Ouvrir la caisse").last.click()
    page.get_by_label("Fonds de caisse").fill("100")


def preview_import(page: Page) -> None:
    page.goto(f"/editions/{NEXT_ID}/import")
    export: FilePayload = {"name": "participants.csv", "mimeType": "text/csv", "buffer": billetweb_export()}
    page.locator("input[type=file]").set_input_files(export)
    page.get_by_role("button", name="Vérifier le fichier").click()
    page.wait_for_url("**/preview")


def print_labels(page: Page) -> None:
    page.goto(f"/editions/{NEXT_ID}/labels")
    page.get_by_role("button", name="Tout générer").click()
    expect(page.get_by_role("link", name="Télécharger").first).to_be_visible()


def receive(page: Page) -> None:
    """The desk of one depositor, one item refused."""
    page.goto(f"/editions/{NEXT_ID}/deposit")
    page.locator("input[type=search]").first.fill("Lavergnolle")
    page.get_by_role("link", name="Camille Lavergnolle").first.click()
    page.get_by_label("Identité", exact=False).first.check()


def look_at_alerts(page: Page) -> None:
    """One till is out of reach."""
    lose_a_till()
    page.goto("/alerts")
    expect(page.get_by_role("button", name="Je m’en occupe")).to_be_visible()


def look_at_on_call(page: Page) -> None:
    """The people to be told, at the top of the window."""
    name_on_call()
    page.goto("/on-call")
    page.get_by_role("table").evaluate("table => scrollTo(0, table.getBoundingClientRect().top - 80)")


def look_at_item(page: Page) -> None:
    page.goto(f"/editions/{SALE_ID}/items")
    page.locator("#results tbody a").first.click()
    page.wait_for_url("**/items/*")


def look_at_payout(page: Page) -> None:
    page.goto(f"/editions/{SALE_ID}/treasury/payouts?state=paid")
    page.locator("#results tbody a").first.click()
    page.wait_for_url("**/payouts/*")
