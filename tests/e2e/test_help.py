"""The guide in a browser: accessible, fits every screen, opened by the "?" at the right part."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import Role, User
from app.core.db import db
from blueprints.help.guide import NAMES
from tests.factories import EditionFactory, UserFactory
from tests.support.browser import DESKTOP, PHONE, sideways

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits(
    new_context: Callable[..., BrowserContext], axe: Callable[[Page], None], size: dict[str, object]
) -> None:
    page = new_context(**size, color_scheme="dark" if size is PHONE else "light").new_page()
    for path in ["/aide/", *(f"/aide/{name}" for name in NAMES)]:
        page.goto(path)
        axe(page)
        assert sideways(page) <= 0, path


def test_every_picture_is_loaded(page: Page) -> None:
    for name in NAMES:
        page.goto(f"/aide/{name}")
        for picture in page.locator("article img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("image => image.naturalWidth") > 0


def test_the_question_mark_opens_the_part_of_the_page_and_leads_back(
    page: Page, live_app: Flask, browser_login: Callable[[BrowserContext, User], None]
) -> None:
    EditionFactory(state="selling")
    volunteer = UserFactory(role=Role.VOLUNTEER)
    db.session.commit()
    browser_login(page.context, volunteer)
    page.goto("/till/")
    page.get_by_role("link", name="Aide sur cette page").click()
    expect(page.get_by_role("heading", name="Ouvrir la caisse")).to_be_in_viewport()
    page.get_by_role("link", name="Vendre", exact=True).click()
    expect(page.get_by_role("heading", name="Vendre", exact=True)).to_be_in_viewport()
    page.get_by_role("link", name="Revenir à la bourse").click()
    expect(page).to_have_url("/till/")
