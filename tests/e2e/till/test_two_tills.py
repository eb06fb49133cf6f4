"""Two tills and one item: the first paid sale has it, whatever arrives first (3-till.md)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from app.core.db import db
from app.deposits.models import Item
from app.deposits.services.stock import announce_change, withdraw
from app.sales.models import LineState, Payment, Sale, SaleLine, SyncConflict
from tests.support.hall import CLOCKS_DIFFER, Hall, open_on, sell, status
from tests.support.server import LiveServer
from tests.support.till_checks import ask_server, entries_on_server, flags_of, synchronise, wait_for_sales

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("arriving_first", [1, 2])
def test_scenario_21_two_tills_offline_sell_one_item(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, hall: Hall, arriving_first: int
) -> None:
    pages = [open_on(new_context(), live_server, hall, number) for number in (1, 2)]
    for page in pages:
        expect(status(page)).to_contain_text("Synchronisé")
        page.context.set_offline(True)
    sell(pages[0], hall.codes[0], hall.codes[1])
    pages[1].wait_for_timeout(CLOCKS_DIFFER)
    sell(pages[1], hall.codes[0], hall.codes[2])
    first, second = pages if arriving_first == 1 else reversed(pages)
    for count, page in enumerate((first, second), start=1):
        page.context.set_offline(False)
        page.keyboard.press("F10")
        wait_for_sales(count)
    ask_server(lambda: assert_the_first_sale_has_the_item(hall.codes[0]))
    for page in pages:
        expect(page.locator("[data-conflicts]")).to_be_visible(timeout=15_000)


def assert_the_first_sale_has_the_item(code: str) -> None:
    item = db.session.scalars(select(Item).where(Item.code == code)).one()
    lines = db.session.scalars(select(SaleLine).where(SaleLine.item_id == item.id)).all()
    states = {line.sale.till.number: line for line in lines}
    assert [states[number].state for number in (1, 2)] == [LineState.ACTIVE, LineState.CONFLICT]
    conflict = db.session.scalars(select(SyncConflict)).one()
    assert (conflict.loser_line_id, conflict.winner_line_id) == (states[2].id, states[1].id)
    assert db.session.scalar(select(func.sum(Payment.amount_cents))) == 100 + 150 + 100 + 200


def test_scenario_27_an_item_withdrawn_and_another_repriced_while_the_till_was_offline(
    till: Page, hall: Hall
) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    till.context.set_offline(True)
    sell(till, hall.codes[0], hall.codes[1])
    withdrawn, repriced = db.session.scalars(
        select(Item).where(Item.code.in_(hall.codes[:2])).order_by(Item.code)
    )
    withdraw(withdrawn, "taché")
    repriced.price_cents = 900
    announce_change([repriced])
    db.session.commit()
    till.context.set_offline(False)
    synchronise(till)
    wait_for_sales(1)
    prices = ask_server(lambda: list(db.session.scalars(select(SaleLine.price_cents).order_by(SaleLine.id))))
    assert prices == [100, 150]
    assert ask_server(lambda: db.session.scalar(select(Sale.total_cents))) == 250
    assert {"not_on_sale", "price_mismatch"} <= flags_of(entries_on_server()[0])
