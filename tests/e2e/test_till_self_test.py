"""« Vérifier ce poste »: each thing a till depends on is really tried, and said with what to do."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.support.hall import (
    Hall,
    open_till,
    scan,
    sign_in,
    status,
    wait_offline_ready,
    wait_ready,
)
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser

# What Firefox answers in a private window.
PRIVATE = """if (globalThis.StorageManager) {
    StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("", "SecurityError"));
}"""
INSTALLED = "if (globalThis.StorageManager) StorageManager.prototype.persisted = async () => true;"
POOR = """if (globalThis.StorageManager) {
    StorageManager.prototype.estimate = async () => ({ quota: 60e6, usage: 1e6 });
    const request = () => Promise.reject(new DOMException("", "NotAllowedError"));
    Object.defineProperty(Navigator.prototype, "wakeLock", { value: { request } });
}"""
OTHER_KEY = """async (tillId) => {
    const { openStore } = await import("/static/js/till/store.js");
    const database = await openStore(tillId);
    const { id } = await database.get("meta", "key");
    const kind = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", new Uint8Array(32), kind, false, ["sign"]);
    await database.put("meta", { id, key }, "key");
    await database.put("meta", { offset: 180000, error: 5 }, "clock");
    database.close();
}"""


def opened(context: BrowserContext, server: LiveServer, hall: Hall) -> Page:
    sign_in(context, server, hall.volunteer)
    page = context.new_page()
    open_till(page, hall.tills[0])
    expect(status(page)).to_contain_text("Synchronisé")
    wait_offline_ready(page)
    return page


def check(page: Page, name: str) -> Locator:
    return page.locator(f"[data-check='{name}']")


def run(page: Page) -> None:
    page.keyboard.press("F12")
    page.get_by_role("button", name="Vérifier ce poste").click()


def test_a_volunteer_tries_everything(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    hall: Hall,
    axe: Callable[[Page], None],
) -> None:
    context = new_context()
    context.add_init_script(INSTALLED)
    page = opened(context, live_server, hall)
    run(page)
    for name in ("storage", "key", "offline", "clock"):
        expect(check(page, name)).to_have_attribute("data-tone", "success")
    expect(check(page, "camera")).to_contain_text("Branchez une douchette")
    axe(page)
    # A scan is measured, layout included; it goes to no basket.
    scan(page, hall.codes[0], text="".join("à&é\"'(-è_ç"[int(digit)] for digit in hall.codes[0]))
    expect(check(page, "scanner")).to_contain_text(
        "Lit une étiquette : 4 ms par touche, douchette américaine"
    )
    expect(check(page, "camera")).to_contain_text("la douchette suffit")
    page.get_by_role("button", name="Code d’essai").click()
    expect(page.get_by_alt_text("Le code d’essai en barres")).to_be_visible()
    scan(page, "0000000195")
    expect(check(page, "scanner")).to_contain_text("Lit le code d’essai")
    page.get_by_role("button", name="Écouter").click()
    page.get_by_role("button", name="Non").click()
    expect(check(page, "sound")).to_contain_text("Montez le volume")
    axe(page)
    page.keyboard.press("Escape")
    expect(page.locator("[data-basket] li")).to_have_count(0)
    # Kept for the next start.
    page.reload()
    wait_ready(page)
    run(page)
    expect(check(page, "sound")).to_contain_text("Pas de son")
    expect(check(page, "scanner")).to_have_attribute("data-tone", "success")


def test_what_is_wrong_is_red_with_what_to_do(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, hall: Hall
) -> None:
    context = new_context()
    context.add_init_script(POOR)
    page = opened(context, live_server, hall)
    page.evaluate(
        "() => caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))"
    )
    live_server.stop()
    page.evaluate(OTHER_KEY, hall.tills[0].id)
    run(page)
    expect(check(page, "storage")).to_contain_text("Libérez de la place")
    expect(check(page, "key")).to_contain_text("N’encaissez pas sur ce poste")
    expect(check(page, "offline")).to_contain_text("Des fichiers manquent")
    expect(check(page, "clock")).to_contain_text("Retarde de 3 min")
    expect(check(page, "screen")).to_contain_text("économie d’énergie")
    for name in ("storage", "key", "offline"):
        expect(check(page, name)).to_have_attribute("data-tone", "danger")
    expect(page.locator("[data-self-test-sum]")).to_contain_text("3 points à régler avant de vendre ici")
    # A label that is typed as letters by a scanner in the wrong mode.
    scan(page, "ABCDEFGH")
    expect(check(page, "scanner")).to_contain_text("Lu de travers")


def test_no_till_begins_in_a_private_window(
    new_context: Callable[..., BrowserContext],
    live_server: LiveServer,
    hall: Hall,
    axe: Callable[[Page], None],
) -> None:
    context = new_context()
    context.add_init_script(PRIVATE)
    sign_in(context, live_server, hall.volunteer)
    page = context.new_page()
    page.goto(f"/till/{hall.tills[0].id}/session")
    page.get_by_label("Fonds de caisse compté").fill("50")
    page.get_by_role("button", name="Ouvrir et vendre").click()
    expect(page.locator("[data-gate]")).to_contain_text("Fenêtre privée")
    axe(page)
