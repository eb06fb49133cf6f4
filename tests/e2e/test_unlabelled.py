"""Articles without a label (RUN-002): found by the till itself, or sold « à identifier »."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.cli.support.processes import wait_until
from app.core.codes import make_code
from app.core.db import db
from app.deposits.models import Item
from app.labels.services import bind_spare, create_spares, release_spare
from app.sales.models import LineState, SaleLine
from tests.support.hall import (
    Hall,
    scan,
    sell,
    status,
    wait_offline_ready,
    wait_ready,
)

pytestmark = pytest.mark.browser

# code, name, detail, price in cents, state
GOODS = [
    ("2602450152", "Pantalon", "8 ans · Petit Nuage · bleu · toile", 450, "o"),
    ("2602450249", "Pantalon", "10 ans · Kiabi · rouge", 800, "o"),
    ("2602450346", "Bottes", "T38 · Aigle · kaki · doublées, œillets dorés", 1200, "o"),
    ("2610010138", "Robe d’été", "8 ans · Zara · bleu pâle", 450, "s"),
    ("2610010235", "Puzzle", "Ravensburger · forêt enchantée, 8 pièces", 300, "o"),
]
# What is typed → the short numbers found, best first.
FINDS = {
    "pantalon": ["245-01", "245-02"],
    "PANTALONS": ["245-01", "245-02"],
    "ete": ["1001-01"],
    "Été robe": ["1001-01"],
    "oeillet": ["245-03"],
    "bleu 8 ans": ["245-01", "1001-01"],
    "8ans bleu": ["245-01", "1001-01"],
    "8": ["245-01", "1001-02", "245-02", "1001-01"],
    "38": ["245-03"],
    "t38": ["245-03"],
    "4,50": ["245-01", "1001-01"],
    "4,5 robe": ["1001-01"],
    "12€": ["245-03"],
    "12": ["245-03"],
    "245": ["245-01", "245-02", "245-03"],
    "245 rouge": ["245-02"],
    "245-03": ["245-03"],
    "245-2": ["245-02"],
    "26 1001 02 35": ["1001-02"],
    "rave forêt": ["1001-02"],
    "avensbur": ["1001-02"],
    "licorne": [],
    "  ": [],
    "4,50 licorne": [],
}
SEARCH = """async ([goods, typed]) => {
    const { search } = await import("/static/js/till/search.js");
    const { shortName } = await import("/static/js/till/codes.js");
    const items = goods.map(([code, name, detail, price, state]) => ({ code, name, detail, price, state }));
    return typed.map((text) => search(items, text, 26, 40).hits.map(({ code }) => shortName(code)));
}"""


def test_what_is_typed_finds_the_item_one_sees(till: Page) -> None:
    found = till.evaluate(SEARCH, [GOODS, list(FINDS)])
    assert dict(zip(FINDS, found, strict=True)) == FINDS


def type_words(page: Page, text: str) -> None:
    """As quick fingers do: not as a scanner does."""
    page.keyboard.type(text, delay=70)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_an_unlabelled_and_an_unknown_item_are_sold_offline_by_keyboard_alone(
    till: Page, hall: Hall, axe: Callable[[Page], None]
) -> None:
    wanted_id = db.session.query(Item.id).filter_by(code=hall.codes[4]).scalar()
    db.session.rollback()
    lines = till.locator("[data-basket] li")
    sell(till, hall.codes[5])
    expect(status(till)).to_contain_text("Synchronisé")
    press(till, "F10")
    wait_offline_ready(till)
    till.context.set_offline(True)

    press(till, "F8")
    type_words(till, "245 toile")
    hits = till.locator("[data-hits] li")
    expect(hits).to_have_count(24)
    # What cannot be sold comes last, greyed, with the reason.
    expect(hits.last.get_by_role("button")).to_be_disabled()
    expect(hits.last).to_contain_text("Déjà vendu")
    expect(hits.last).to_contain_text("par Odile M.")
    axe(till)
    press(till, *["ArrowDown"] * 5, "Enter")
    expect(till.locator("[data-found-price]")).to_have_text("3,00 €")
    press(till, "Enter")
    expect(lines).to_have_count(1)

    for text, price in (("manteau rouge 6 ans", "4,50"), ("manteau rouge 6 ans", "5")):
        press(till, "F8")
        type_words(till, "licorne")
        press(till, "Tab", "Enter")
        axe(till)
        press(till, "Control+A")
        type_words(till, text)
        press(till, "Enter")
        expect(till.locator("[data-unidentified-problem]")).to_contain_text("prix")
        type_words(till, price)
        press(till, "Enter")
        expect(till.locator("[data-answer]")).to_contain_text(text)
    expect(lines).to_have_count(3)
    expect(till.locator("[data-total]")).to_have_text("12,50 €")
    # They survive the page, and each can be taken away by itself.
    till.reload()
    expect(lines).to_have_count(3)
    press(till, "Delete")
    expect(till.locator("[data-total]")).to_have_text("7,50 €")
    press(till, "F2", "Enter")
    expect(till.locator("[data-panel='done']")).to_be_visible()

    till.context.set_offline(False)
    press(till, "F10")
    known, unknown = wait_for_lines(lambda lines: len(lines) == 3)[-2:]
    assert (known.item_id, known.price_cents, known.state) == (wanted_id, 300, LineState.ACTIVE)
    assert (unknown.item_id, unknown.code, unknown.description) == (None, "", "manteau rouge 6 ans")
    assert (unknown.price_cents, unknown.state) == (450, LineState.ACTIVE)

    # The customer brings the coat back.
    press(till, "F9")
    till.locator("[data-history-list] li").first.get_by_role("button", name="Annuler").click()
    till.get_by_label("245-05").uncheck()
    expect(till.locator("[data-void-refund]")).to_have_text("À rendre : 4,50 € (espèces)")
    till.get_by_role("button", name="Annuler ces articles").click()
    expect(till.locator("[data-answer]")).to_contain_text("rendez 4,50 €")
    press(till, "F10")
    lines_stored = wait_for_lines(lambda lines: lines[-1].state is LineState.VOID)
    assert [line.state for line in lines_stored] == [LineState.ACTIVE, LineState.ACTIVE, LineState.VOID]
    press(till, "F9")
    row = till.locator("[data-history-list] li").first
    expect(row).to_contain_text("Annulé : manteau rouge 6 ans")
    expect(row.get_by_role("button", name="Annuler")).to_be_visible()


def wait_for_lines(arrived: Callable[[list[Any]], bool]) -> list[Any]:
    """The server's sale lines once they have arrived; the test holds no lock that the server waits for."""
    lines: list[Any] = []

    def look() -> bool:
        db.session.expire_all()
        lines[:] = db.session.query(SaleLine).order_by(SaleLine.id)
        db.session.rollback()
        return bool(lines) and arrived(lines)

    wait_until(look, "the sale lines on the server", seconds=20)
    return lines


def test_a_spare_label_sells_the_item_it_is_on(till: Page, hall: Hall) -> None:
    item_id = db.session.query(Item.id).filter_by(code=hall.codes[2]).scalar()
    create_spares(hall.edition.id, 1, hall.volunteer.id)
    bound, blank = make_code(26, 9001, 1), make_code(26, 9001, 2)
    spare_id = bind_spare(hall.edition.id, bound, item_id, hall.volunteer.id).id
    db.session.commit()
    answer, lines = till.locator("[data-answer]"), till.locator("[data-basket] li")

    def told(condition: str) -> None:
        """Until the till has heard of the change, at one of its pings."""
        wait_until(lambda: answered(till, bound, condition), condition, seconds=20, pause=0.5)

    told("245-03")
    expect(lines).to_have_count(1)
    # The item's own label is the same item.
    scan(till, hall.codes[2])
    expect(answer).to_contain_text("Déjà dans ce panier")
    scan(till, blank)
    expect(answer).to_contain_text("Étiquette de réserve vierge")
    expect(answer).to_contain_text("Sans étiquette")
    press(till, "Delete")
    # It is known after a restart of the page, and forgotten once it is taken off the item.
    till.reload()
    wait_ready(till)
    scan(till, bound)
    expect(lines).to_have_count(1)
    press(till, "Delete")
    release_spare(hall.edition.id, spare_id, hall.volunteer.id)
    db.session.commit()
    told("Étiquette de réserve vierge")


def answered(page: Page, code: str, words: str) -> bool:
    """Whether the till answers a scan of `code` so; what it takes is taken out of the basket again."""
    if page.locator("[data-basket] li").count():
        press(page, "Delete")
    press(page, "F10")
    scan(page, code)
    page.wait_for_timeout(200)
    return words in page.locator("[data-answer]").inner_text()
