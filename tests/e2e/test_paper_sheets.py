"""Typing paper till sheets in: the fields of a line stand in one row, on a laptop and on a phone."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.sales.services.sessions import open_session
from tests.support.browser import DESKTOP, PHONE, sideways
from tests.support.hall import make_hall, sign_in
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_price_and_time_stand_on_one_line_also_with_their_errors(
    screen: dict[str, object],
    live_app: Flask,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
) -> None:
    hall = make_hall(1)
    session = open_session(hall.tills[0], hall.volunteer.id, 5000)
    context = new_context(**screen)
    sign_in(context, live_server, hall.volunteer)
    page = context.new_page()
    page.goto(f"/till/paper/{session.id}")
    assert top(page, "price") == top(page, "time")
    page.get_by_role("button", name="Enregistrer la ligne").click()
    expect(page.locator(".field__error").first).to_be_visible()
    assert top(page, "price") == top(page, "time")
    assert sideways(page) <= 0
    axe(page)


def top(page: Page, name: str) -> float:
    box = page.locator(f"[name={name}]").bounding_box()
    assert box
    return box["y"]
