"""Labels read with a camera, with the server stopped."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from app.cli.support.film import blank, code_128, film, qr
from app.cli.support.processes import find_program
from tests.support.browser import CHROMIUM, DESKTOP, FLAGS
from tests.support.hall import Hall, open_till, scan, sign_in, wait_offline_ready, wait_ready
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser

BECOMES = """(state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
NO_PICTURE = "() => document.querySelector('video').srcObject === null"
HELD, AWAY = 75, 90  # frames: 2.5 s before the camera, 3 s away


def test_labels_are_read_by_camera_without_a_server(
    playwright: Playwright,
    live_server: LiveServer,
    hall: Hall,
    tmp_path: Path,
    axe: Callable[[Page], None],
) -> None:
    first, second = hall.codes[0], hall.codes[1]
    flags = film(tmp_path / "film.mjpeg", (qr(first), HELD), (code_128(second), HELD), (blank(), AWAY))
    browser = playwright.chromium.launch(executable_path=find_program(*CHROMIUM), args=[*FLAGS, *flags])
    context = browser.new_context(base_url=live_server.url, locale="fr-FR", **DESKTOP)
    breaches: list[str] = []
    context.on("console", lambda m: breaches.append(m.text) if "Content Security Policy" in m.text else None)
    sign_in(context, live_server, hall.volunteer)
    page = context.new_page()
    open_till(page, hall.tills[0])
    wait_offline_ready(page)
    live_server.stop()
    page.reload()
    wait_ready(page)
    page.keyboard.press("Insert")
    answer, lines = page.locator("[data-camera-answer]"), page.locator("[data-basket] li")
    expect(lines).to_have_count(2, timeout=30_000)
    expect(page.locator("[data-camera-count]")).to_have_text("Terminé – 2 articles, 2,50 €")
    # Held for longer than the pause between two readings, each was read once: nothing was refused.
    expect(answer).to_have_attribute("data-tone", "accepted")
    axe(page)
    # Gone, then shown again: another scan, answered aloud. The window is still there.
    expect(answer).to_contain_text("Déjà dans ce panier", timeout=30_000)
    # A scanner beside the camera.
    scan(page, hall.codes[2])
    expect(lines).to_have_count(3)
    expect(page.locator("[data-camera]")).to_be_visible()
    # Nobody looks: the camera is let go, and comes back with the page.
    page.evaluate(BECOMES, "hidden")
    page.wait_for_function(NO_PICTURE)
    page.evaluate(BECOMES, "visible")
    expect(page.locator("[data-camera-picture]")).to_be_visible()
    assert not page.evaluate(NO_PICTURE)
    page.locator("[data-camera-done]").click()
    page.wait_for_function(NO_PICTURE)
    assert not breaches
    context.close()
    browser.close()


def test_a_camera_that_is_missing_or_refused_is_said_with_what_to_do(
    playwright: Playwright, live_server: LiveServer, hall: Hall, axe: Callable[[Page], None]
) -> None:
    for flags, words in (
        ([], "Aucune caméra"),
        (["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny"], "Caméra refusée"),
    ):
        browser = playwright.chromium.launch(executable_path=find_program(*CHROMIUM), args=[*FLAGS, *flags])
        context = browser.new_context(base_url=live_server.url, locale="fr-FR", **DESKTOP)
        sign_in(context, live_server, hall.volunteer)
        page = context.new_page()
        page.goto(f"/till/{hall.tills[0].id}/session")
        if not flags:
            open_till(page, hall.tills[0])
        else:
            page.get_by_role("button", name="Reprendre la caisse ici").click()
            wait_ready(page)
        page.get_by_role("button", name="Caméra").click()
        expect(page.locator("[data-camera-answer]")).to_contain_text(words)
        axe(page)
        browser.close()
