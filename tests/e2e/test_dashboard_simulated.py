"""The dashboard watched while a simulated sale goes on at two tills, then held against the database."""

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.accounts.services import create_user
from app.cli.simulate import hall
from app.cli.simulate.cast import PASSWORD, Account
from app.cli.simulate.story import Story
from app.cli.simulate.till import Till as SimulatedTill
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.editions.models import Till
from app.sales.models import LineState, Payment, Sale, SaleLine
from tests.support.browser import DESKTOP
from tests.support.hall import sign_in
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser
# With it customers pay by every method.
SEED = 10
METHODS = {"cash": "Espèces", "card": "Carte", "cheque": "Chèque"}


@dataclass
class Sold:
    """`tills`: sales by the till's name; `taken`: cents by method; amounts in cents."""

    sales: int
    amount: int
    remaining: int
    tills: dict[str, int]
    taken: dict[str, int]


def on_the_page(page: Page) -> Sold:
    """All of one moment, read in one go: a refresh may come in between two."""
    told = page.locator("#live").evaluate(
        """live => ({
            stats: [...live.querySelectorAll(".stat__value")].map(each => each.textContent),
            tills: [...live.querySelectorAll(".live-till")].map(each => [
                each.querySelector(".live-till__name").textContent,
                each.querySelector(".live-till__count").textContent,
            ]),
            taken: [...live.querySelectorAll("#live-payments ~ .table-wrap tbody tr")].map(
                row => [...row.cells].map(cell => cell.textContent)),
        })"""
    )
    sales, amount, remaining, _ = (digits(text) for text in told["stats"])
    return Sold(
        sales,
        amount,
        remaining,
        {name.strip(): digits(count) for name, count in told["tills"]},
        {method.strip(): digits(cents) for method, cents, _ in told["taken"]},
    )


def digits(text: str) -> int:
    """`1 234,50 €` in cents, `1 234` as it is."""
    return int(re.sub(r"\D", "", text))


def in_the_database(edition_id: int) -> Sold:
    """Counted sale by sale, unlike the dashboard, which adds up its tallies."""
    db.session.rollback()
    sold = (SaleLine.edition_id == edition_id, SaleLine.state == LineState.ACTIVE)
    lines = select(SaleLine.sale_id, SaleLine.price_cents, Till.number).join(
        Sale, Sale.id == SaleLine.sale_id
    )
    rows = db.session.execute(lines.join(Till, Till.id == Sale.till_id).where(*sold)).all()
    sales = {row.sale_id: f"C{row.number}" for row in rows}
    tills = db.session.scalars(select(Till.number).where(Till.edition_id == edition_id, ~Till.training))
    left = select(func.count()).where(Item.edition_id == edition_id, Item.state == ItemState.ON_SALE)
    payments = db.session.scalars(select(Payment).where(Payment.edition_id == edition_id)).all()
    return Sold(
        sales=len(sales),
        amount=sum(row.price_cents for row in rows),
        remaining=db.session.scalar(left) or 0,
        tills={name: list(sales.values()).count(name) for name in (f"C{number}" for number in tills)},
        taken={
            label: sum(each.amount_cents for each in payments if each.method == method)
            for method, label in METHODS.items()
        },
    )


def test_what_the_dashboard_says_at_the_end_is_what_the_database_holds(
    live_app: Flask, live_worker: LiveServer, new_context: Callable[..., BrowserContext]
) -> None:
    create_user("admin@example.org", Role.ADMIN, "Agnès", "Montlaur", password=PASSWORD)
    db.session.commit()
    looked = threading.Event()

    def sell(tills: list[SimulatedTill], _: list[Account]) -> None:
        """The last customers come once somebody has seen the first sales."""
        hall.sell(tills, SEED)
        assert looked.wait(60)
        hall.sell_one_twice(tills[0], tills[-1])

    administrator = Account("admin@example.org", PASSWORD)
    story = Story(live_worker.url, administrator, 3, SEED, lambda _: None, sell, items_a_list=range(4, 6))
    story.prepare(tills=2)
    story.register()
    story.declare()
    story.print_labels_and_check_in()

    context = new_context(**DESKTOP)
    manager = select(User).where(User.email == story.staff["manager"][0].email)
    sign_in(context, live_worker, db.session.scalars(manager).one())
    edition_id = story.edition[0]
    page = context.new_page()
    page.goto(f"/editions/{edition_id}/live")
    page.evaluate("() => { window.sameDocument = true }")
    sales = page.locator(".stat", has=page.get_by_text("Ventes", exact=True)).locator(".stat__value")
    expect(sales).to_have_text("0")
    with ThreadPoolExecutor(1) as sale:
        selling = sale.submit(story.sell)
        try:
            expect(sales).not_to_have_text("0", timeout=20_000)
            expect(page.locator(".live-till--online")).to_have_count(2)
        finally:
            looked.set()
        selling.result()
    expect(page.get_by_text("1 article vendu deux fois")).to_be_visible(timeout=20_000)
    expect(page.locator(".live-till--closed")).to_have_count(2, timeout=20_000)
    held = in_the_database(edition_id)
    assert held.sales > 5
    assert all(held.taken.values()), "every method was used"
    assert on_the_page(page) == held
    assert sum(held.taken.values()) > held.amount, "the second customer of an item has not got the money back"
    assert page.evaluate("() => window.sameDocument"), "nobody loaded the page again"
