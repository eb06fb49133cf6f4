"""A till that cannot send exports its journal; a manager takes the file in, twice without harm."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import Role
from app.core.db import db
from tests.factories import UserFactory
from tests.support.hall import Hall, sell, sign_in
from tests.support.server import LiveServer
from tests.support.till_checks import ask_server, kept_offline, sales_on_server

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]


def test_scenario_31_a_dead_till_and_its_export_imported_twice(
    till: Page,
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    hall: Hall,
    tmp_path: Path,
) -> None:
    till.route("**/sync/**", lambda route: route.abort())
    sell(till, hall.codes[0])
    sell(till, hall.codes[1], hall.codes[2])
    kept_offline(till, 2)
    till.get_by_role("button", name="Plus").click()
    with till.expect_download() as download:
        till.get_by_role("button", name="Exporter les ventes").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    till.context.close()

    manager = UserFactory(role=Role.MANAGER)
    db.session.commit()
    context = new_context()
    sign_in(context, live_server, manager)
    desk = context.new_page()
    desk.goto("/till/")
    desk.get_by_role("link", name="Reprendre un export").click()
    for new, known in (("2", "0"), ("0", "2")):
        desk.get_by_label("Fichier exporté par la caisse").set_input_files(file)
        desk.get_by_role("button", name="Reprendre les ventes").click()
        expect(desk.locator("[data-label='Nouvelles']")).to_have_text(new)
        expect(desk.locator("[data-label='Déjà là']")).to_have_text(known)
        assert ask_server(sales_on_server) == 2
    file.write_text(file.read_text().replace("cash", "card", 1))
    desk.get_by_label("Fichier exporté par la caisse").set_input_files(file)
    desk.get_by_role("button", name="Reprendre les ventes").click()
    expect(desk.get_by_text("Ce fichier a été modifié").first).to_be_visible()
