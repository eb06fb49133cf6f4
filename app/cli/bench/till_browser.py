"""A till in Debian's Chromium, opened through its screens, used by keyboard and scanner, timed from outside.

From the moment the bench sends the Enter key that ends a scan or a payment until the frame that shows the
answer was painted, on the clock both share: the way through the browser's driver is counted too.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli.support.chromium import CHROMIUM_OF_TILLS, FLAGS
from app.cli.support.processes import find_program
from app.core.errors import DomainError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE_MS = 60_000
KEY_SECONDS = 0.004
# `bench.next()`: the moment (ms) at which the next line, or "encaissé", was on the screen. `bench.ready`: ms
# from the start of the page until one could sell.
SCRIPT = """
const shown = [];
let waiting = null;
const tell = (at) => (waiting ? waiting(at) : shown.push(at), waiting = null);
const next = (resolve, reject) => {
  if (shown.length) return resolve(shown.shift());
  waiting = resolve;
  setTimeout(reject, 60000, new Error("nothing shown"));
};
globalThis.bench = { ready: null, next: () => new Promise(next) };
const painted = (note) => requestAnimationFrame(() => setTimeout(() => note(performance.now())));
const answered = () => painted((at) => tell(performance.timeOrigin + at));
const watch = (name, options, seen) => {
  const node = document.querySelector(`[${name}]`);
  if (node) new MutationObserver(() => seen(node)).observe(node, options);
};
addEventListener("DOMContentLoaded", () => {
  let lines = 0;
  watch("data-basket", { childList: true }, ({ children }) => {
    if (children.length > lines) answered();
    lines = children.length;
  });
  watch("data-panel='done'", { attributeFilter: ["hidden"] }, ({ hidden }) => hidden || answered());
  const ready = (at) => { bench.ready ??= at; };
  watch("data-counter", { attributeFilter: ["inert"] }, ({ inert }) => inert || painted(ready));
});
"""


@contextmanager
def chromium() -> "Iterator[Browser]":
    """The browser, until the end of the block. Raises DomainError when something must be installed first."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as error:
        raise DomainError(
            "Playwright manque : lancez la mesure par ./bourse bench, qui installe l’environnement des "
            "développeurs."
        ) from error
    try:
        program = find_program(*CHROMIUM_OF_TILLS)
    except RuntimeError as error:
        raise DomainError(
            "Chromium manque : installez le paquet « chromium », ou lancez ./bourse test."
        ) from error
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def new_profile(browser: "Browser", base_url: str, cookie: str) -> "BrowserContext":
    """A browser nothing is kept in, of somebody signed in."""
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": 1366, "height": 768},
        locale="fr-FR",
        timezone_id="Europe/Paris",
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "session", "value": cookie, "url": base_url}])
    context.add_init_script(SCRIPT)
    return context


class TillPage:
    """A till's page. `slow_down(4)` makes its processor four times as slow."""

    def __init__(self, context: "BrowserContext") -> None:
        self.page: Page = context.new_page()
        self._devtools = context.new_cdp_session(self.page)

    def slow_down(self, rate: int) -> None:
        self._devtools.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def open(self, till_id: int) -> None:
        """Count the float and open the till, or take over the one that was opened on another device."""
        self.page.goto(f"/till/{till_id}/session")
        if self.page.url.endswith("/session"):
            self.page.get_by_label("Fonds de caisse compté").fill("100")
            self.page.get_by_role("button", name="Ouvrir et vendre").click()
        else:
            self.page.get_by_role("button", name="Reprendre la caisse ici").click()
        self.wait_ready()

    def wait_ready(self) -> float:
        """When it can sell: seconds since the page was asked for."""
        ready = self.page.wait_for_function("() => globalThis.bench?.ready")
        return float(ready.json_value()) / 1000

    def scan(self, code: str) -> float:
        """What a USB scanner does: keys 4 ms apart by their own account, however slow the driver; then Enter.
        Seconds until its line is shown."""
        began = time.time()
        for number, digit in enumerate(code):
            self._press(f"Digit{digit}", digit, ord(digit), began + number * KEY_SECONDS)
        return self._enter(began + len(code) * KEY_SECONDS)

    def pay(self) -> float:
        """The exact sum in cash, by keyboard. Seconds until it says "encaissé", which is on the disk then."""
        self.page.keyboard.press("F2")
        return self._enter()

    def _enter(self, at: float | None = None) -> float:
        sent_at = time.time()
        self._press("Enter", "\r", 13, at or sent_at)
        return float(self.page.evaluate("() => bench.next()")) / 1000 - sent_at

    def _press(self, code: str, text: str, virtual: int, at: float) -> None:
        key = {"code": code, "key": "Enter" if code == "Enter" else text, "windowsVirtualKeyCode": virtual}
        for kind in ({"type": "keyDown", "text": text}, {"type": "keyUp"}):
            self._devtools.send("Input.dispatchKeyEvent", {**key, **kind, "timestamp": at})
