"""Computers whose clock is wrong, set or asleep: sales keep their order, and what is in doubt is flagged."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.core.clock import utcnow
from tests.support.hall import Hall, open_on, sell, status
from tests.support.server import LiveServer
from tests.support.till_checks import (
    SET_CLOCK,
    entries_on_server,
    flags_of,
    sales_by_seq,
    synchronise,
    wait_for_sales,
)

# The fault lies in the browser: the database makes no difference.
pytestmark = [pytest.mark.browser, pytest.mark.parametrize("backend", ["sqlite"])]
HOUR = 3_600_000
SOON = timedelta(seconds=60)


@pytest.mark.parametrize("shift", [HOUR, -HOUR])
def test_scenario_22_a_clock_that_is_wrong_from_the_start(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, hall: Hall, shift: int
) -> None:
    context = new_context()
    context.add_init_script(f"({SET_CLOCK})([{shift}, false])")
    page = open_on(context, live_server, hall)
    expect(status(page)).to_contain_text("Synchronisé")
    sell(page, hall.codes[0])
    sell(page, hall.codes[1])
    wait_for_sales(2)
    first, second = sales_by_seq()
    assert first.sold_at < second.sold_at
    assert abs(second.sold_at - utcnow()) < SOON
    assert flags_of(entries_on_server()[0]) == set()


@pytest.mark.parametrize(
    ("shift", "asleep"), [(HOUR, False), (-HOUR, False), (2 * HOUR, False)], ids=["forward", "back", "asleep"]
)
def test_scenario_22_a_clock_that_is_set_or_a_computer_that_slept_in_mid_session(
    till: Page, hall: Hall, shift: int, asleep: bool
) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    till.context.set_offline(True)
    sell(till, hall.codes[0])
    till.evaluate(SET_CLOCK, [shift, asleep])
    sell(till, hall.codes[1])
    till.context.set_offline(False)
    synchronise(till)
    sell(till, hall.codes[2])
    wait_for_sales(3)
    sales = sales_by_seq()
    assert [sale.sold_at for sale in sales] == sorted(sale.sold_at for sale in sales)
    assert all(abs(sale.sold_at - utcnow()) < SOON for sale in sales)
    assert ["clock_jump" in flags_of(entry) for entry in entries_on_server()] == [False, True, False]


def test_a_time_in_doubt_does_not_hurry_a_till_without_a_network(till: Page) -> None:
    expect(status(till)).to_contain_text("Synchronisé")
    till.context.set_offline(True)
    till.evaluate(SET_CLOCK, [HOUR, False])
    asked: list[str] = []
    till.on("request", lambda request: asked.append(request.url))
    till.wait_for_timeout(10_000)
    # The pauses after a failure are at least 0.5, 1, 2, 4 and 8 s: six attempts are too many for ten seconds.
    assert 1 <= len(asked) <= 6
