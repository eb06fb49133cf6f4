"""The till as an app of its own: what a browser wants before it offers that, and a start without a server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from app.cli.support.processes import find_program
from tests.support.browser import CHROMIUM, DESKTOP, FLAGS
from tests.support.hall import Hall, open_till, sell, sign_in, wait_offline_ready, wait_ready
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser

OFFER = """() => {
    const event = new Event("beforeinstallprompt", { cancelable: true });
    event.prompt = async () => { window.asked = true; };
    dispatchEvent(event);
    return event.defaultPrevented;
}"""


@pytest.fixture
def ordinary_window(
    playwright: Playwright, live_server: LiveServer, tmp_path: Path
) -> Iterator[BrowserContext]:
    """A browser with a profile of its own: in a private window nothing can be installed."""
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "profile",
        executable_path=find_program(*CHROMIUM),
        args=FLAGS,
        base_url=live_server.url,
        locale="fr-FR",
        **DESKTOP,
    )
    yield context
    context.close()


def test_the_till_can_be_installed_and_starts_without_a_server(
    ordinary_window: BrowserContext, live_server: LiveServer, hall: Hall, axe: Callable[[Page], None]
) -> None:
    sign_in(ordinary_window, live_server, hall.volunteer)
    page = ordinary_window.new_page()
    open_till(page, hall.tills[0])
    wait_offline_ready(page)
    browser = ordinary_window.new_cdp_session(page)
    manifest = browser.send("Page.getAppManifest")
    assert manifest["url"].endswith("/manifest.webmanifest")
    assert manifest["errors"] == []
    assert browser.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    # Offered in the menu only once the browser offers it.
    page.keyboard.press("F12")
    install = page.get_by_role("button", name="Installer la caisse")
    page.evaluate("() => { document.querySelector('[data-menu=install]').hidden = true; }")
    expect(install).to_be_hidden()
    assert page.evaluate(OFFER) is True
    axe(page)
    install.click()
    assert page.evaluate("() => window.asked") is True
    sell(page, hall.codes[0])
    live_server.stop()
    page.goto("/till/")
    wait_ready(page)
    expect(page.locator("[data-place]")).to_have_text("Caisse C1")
