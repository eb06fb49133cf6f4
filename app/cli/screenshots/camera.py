"""The browser that takes the pictures: people signed in on a screen of a given size, PNG with a palette."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.accounts.demo_accounts import DEMO_ACCOUNTS
from app.accounts.models import Role
from app.cli.support.chromium import CHROMIUM
from app.cli.support.processes import find_program

FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none"]
# Screens have few colours: a palette makes files four times as small.
COLOURS = 128


@dataclass(frozen=True)
class Screen:
    """A window, in CSS pixels; its picture is `scale` times as large."""

    width: int
    height: int
    scale: float = 1
    touch: bool = False


DESKTOP = Screen(1366, 768)
TOUCH = Screen(1024, 768, touch=True)
TABLET = Screen(1024, 768)
PHONE = Screen(390, 844, scale=1.5, touch=True)


@contextmanager
def browser(filmed: Sequence[str] = ()) -> Iterator[Browser]:
    """Chromium; `filmed` are the flags that say what its camera sees."""
    with sync_playwright() as driver:
        program = find_program(*CHROMIUM)
        chromium = driver.chromium.launch(executable_path=program, args=[*FLAGS, *filmed])
        yield chromium
        chromium.close()


class Visitors:
    """One browser session per role and screen, signed in when first needed."""

    def __init__(self, chromium: Browser, base_url: str) -> None:
        self._chromium, self._base_url = chromium, base_url
        self._contexts: dict[tuple[Role | None, Screen], BrowserContext] = {}

    def page(self, role: Role | None, screen: Screen) -> Page:
        """A new page as somebody of this role sees it; None is a stranger."""
        key = (role, screen)
        if key not in self._contexts:
            self._contexts[key] = self._arrive(role, screen)
        self._contexts[key].set_offline(False)  # a picture may have cut the network
        return self._contexts[key].new_page()

    def _arrive(self, role: Role | None, screen: Screen) -> BrowserContext:
        context = self._chromium.new_context(
            base_url=self._base_url,
            viewport={"width": screen.width, "height": screen.height},
            device_scale_factor=screen.scale,
            has_touch=screen.touch,
            is_mobile=screen.touch,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            color_scheme="light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        for account in DEMO_ACCOUNTS:
            if account.role is role:
                _sign_in(context.new_page(), account.email, account.password)
        return context


def _sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.close()


def photograph(page: Page) -> bytes:
    """What the window shows, as a PNG with a palette of its own colours."""
    page.wait_for_load_state("load")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    output = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(output, "PNG", optimize=True)
    return output.getvalue()
