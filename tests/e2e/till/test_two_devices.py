"""One till and two devices: one sells, the other says so and forgets nothing (3-till.md, "Shape")."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.core.db import db
from app.sales.models import TillSession
from app.sales.services.sessions import Count, close_session
from tests.support.hall import Hall, open_on, scan, sell, sign_in, status, wait_ready
from tests.support.server import LiveServer
from tests.support.till_checks import entries_on_server, flags_of, synchronise, wait_for_sales

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]


def close_open_session() -> None:
    session = db.session.scalars(select(TillSession).where(TillSession.closed_at.is_(None))).one()
    close_session(session, Count({5000: 1}, 0, 0), "essai", session.volunteer_id)
    db.session.commit()


def test_a_device_whose_till_was_taken_over_sells_no_more(
    till: Page, new_context: Callable[..., BrowserContext], live_server: LiveServer, hall: Hall
) -> None:
    sell(till, hall.codes[0])
    synchronise(till)
    context = new_context()
    sign_in(context, live_server, hall.volunteer)
    other = context.new_page()
    other.goto(f"/till/{hall.tills[0].id}")
    other.get_by_role("button", name="Reprendre la caisse ici").click()
    wait_ready(other)
    gate = till.locator("[data-gate]")
    expect(gate).to_contain_text("Caisse ouverte ailleurs", timeout=15_000)
    till.reload()
    expect(gate).to_contain_text("Caisse ouverte ailleurs")
    scan(till, hall.codes[1])
    expect(till.locator("[data-basket] li")).to_have_count(0)
    sell(other, hall.codes[1])
    synchronise(other)
    assert [flags_of(entry) for entry in entries_on_server()] == [set(), set()]


def test_a_till_taken_back_looks_for_new_versions_at_the_same_pace(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, hall: Hall
) -> None:
    contexts = [new_context(), new_context()]
    contexts[0].add_init_script("""const { setInterval } = window;
        window.paces = [];
        window.setInterval = (act, pace) => { window.paces.push(pace); return setInterval(act, pace); };""")
    till = open_on(contexts[0], live_server, hall)
    sign_in(contexts[1], live_server, hall.volunteer)
    other = contexts[1].new_page()
    other.goto(f"/till/{hall.tills[0].id}")
    other.get_by_role("button", name="Reprendre la caisse ici").click()
    wait_ready(other)
    till.get_by_role("button", name="Reprendre la caisse ici").click()
    wait_ready(till)
    assert till.evaluate("() => window.paces.filter((pace) => pace === 600000).length") == 1


def test_a_device_that_comes_back_to_its_till_raises_no_alarm(
    till: Page, new_context: Callable[..., BrowserContext], live_server: LiveServer, hall: Hall
) -> None:
    sell(till, hall.codes[0])
    synchronise(till)
    close_open_session()
    other = open_on(new_context(), live_server, hall)
    sell(other, hall.codes[1])
    synchronise(other)
    close_open_session()
    till.goto(f"/till/{hall.tills[0].id}/session")
    till.get_by_label("Fonds de caisse compté").fill("50")
    till.get_by_role("button", name="Ouvrir et vendre").click()
    wait_ready(till)
    sell(till, hall.codes[2])
    wait_for_sales(3)
    expect(status(till)).to_contain_text("Synchronisé")
    expect(till.locator("[data-alarm='lost']")).to_have_count(0)
    till.reload()
    wait_ready(till)
    synchronise(till)
    assert [entry.seq for entry in entries_on_server()] == [1, 2, 3]
