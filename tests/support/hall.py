"""What browser tests of the till need: a hall with items on sale, a volunteer signed in, a till opened."""

import re
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import Role, User
from app.accounts.sessions import open_session
from app.core.codes import make_code
from app.core.db import db
from app.deposits.models import Item, ItemState, ListState
from app.deposits.services.stock import put_on_sale
from app.editions.models import Edition, Till
from tests.factories import (
    EditionFactory,
    ItemFactory,
    ItemListFactory,
    RegistrationFactory,
    TillFactory,
    UserFactory,
)
from tests.support.server import LiveServer

LINES = 24
# More (ms) than the clocks of two tills differ that asked the time of a busy machine.
CLOCKS_DIFFER = 3_000


@dataclass
class Hall:
    """An edition on sale with tills C1 and C2, and items by code. Made with real commits."""

    edition: Edition
    tills: list[Till]
    codes: list[str]
    volunteer: User


def make_hall(items: int = 24, **edition: Any) -> Hall:
    """Prices are 1,00 €, 1,50 €, 2,00 €… in the order of the codes, over again after twenty."""
    made = EditionFactory(number=26, **edition)
    tills = [TillFactory(edition=made, number=number) for number in (1, 2)]
    registration = RegistrationFactory(edition=made)
    codes = []
    for start in range(0, items, LINES):
        number = 245 + start // LINES
        item_list = ItemListFactory(registration=registration, state=ListState.VALIDATED, number=number)
        for line in range(1, min(LINES, items - start) + 1):
            code = make_code(26, number, line)
            ItemFactory(
                item_list=item_list,
                line=line,
                position=line,
                code=code,
                state=ItemState.DECLARED,
                price_cents=100 + (len(codes) % 20) * 50,
            )
            codes.append(code)
    db.session.flush()
    put_on_sale(db.session.query(Item).filter_by(edition_id=made.id))
    volunteer = UserFactory(
        role=Role.VOLUNTEER, first_name="Odile", last_name="Marchand", email="odile@example.org"
    )
    db.session.commit()
    return Hall(made, tills, codes, volunteer)


def sign_in(context: BrowserContext, server: LiveServer, user: User) -> None:
    """Give the browser the cookie of a signed-in person."""
    token = open_session(user)
    db.session.commit()
    client = server.app.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=token, _fresh=True)
    cookie = client.get_cookie("session")
    assert cookie
    context.add_cookies([{"name": "session", "value": cookie.value, "url": server.url}])


def open_till(page: Page, till: Till, opening_float: str = "50") -> None:
    """Open the till with its float, the form sent without being drawn, and wait until it can sell."""
    address, asking = f"/till/{till.id}/session", page.context.request
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', asking.get(address).text())
    if token:  # None when it is open already: after a restart of the browser
        answer = asking.post(address, form={"csrf_token": token[1], "opening_float": opening_float})
        assert answer.ok
    page.goto(f"/till/{till.id}")
    wait_ready(page)


def open_on(context: BrowserContext, server: LiveServer, hall: Hall, number: int = 1) -> Page:
    """A till of the hall, opened in this browser."""
    sign_in(context, server, hall.volunteer)
    page = context.new_page()
    open_till(page, hall.tills[number - 1])
    return page


def wait_ready(page: Page) -> None:
    """The till's page is there and sells."""
    page.wait_for_url(re.compile(r"/till/\d+$"))
    expect(page.locator("[data-counter]")).not_to_have_attribute("inert", "", timeout=15_000)
    expect(page.locator("[data-gate]")).to_be_hidden(timeout=15_000)


def wait_offline_ready(page: Page) -> None:
    """The service worker has everything: the page can be opened again without a server."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")


def scan(page: Page, code: str, text: str = "") -> None:
    """What a USB scanner does: physical keys 4 ms apart, then Enter, whatever the load of this machine.

    `code`: digits and capitals. `text`: what the computer's layout makes of each key, when it is not the sign
    itself (AZERTY).
    """
    began = time.time()
    keyboard = page.context.new_cdp_session(page)
    keys = [
        (f"Digit{sign}" if sign.isdigit() else f"Key{sign}", char)
        for sign, char in zip(code, text or code, strict=True)
    ]
    for number, (physical, char) in enumerate([*keys, ("Enter", "\r")]):
        named = "Enter" if physical == "Enter" else char
        event = {"code": physical, "key": named, "timestamp": began + number * 0.004}
        virtual = 13 if physical == "Enter" else ord(physical[-1])
        keyboard.send(
            "Input.dispatchKeyEvent",
            {**event, "type": "keyDown", "text": char, "windowsVirtualKeyCode": virtual},
        )
        keyboard.send("Input.dispatchKeyEvent", {**event, "type": "keyUp", "windowsVirtualKeyCode": virtual})
    keyboard.detach()


def sell(page: Page, *codes: str, key: str = "F2") -> None:
    """One sale, paid exactly; returns when the page says it is kept."""
    lines = page.locator("[data-basket] li")
    for number, code in enumerate(codes, start=1):
        scan(page, code)
        expect(lines).to_have_count(number)
    page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("[data-panel='done']")).to_be_visible()


def status(page: Page) -> Any:
    return page.locator("[data-status-text]")


def hear_news(page: Page) -> None:
    """The till asks the server and takes in what it answers; an exchange already under way does not count."""
    for _ in range(2):
        with page.expect_response("**/sync/ping"):
            page.keyboard.press("F10")
    page.wait_for_timeout(500)
