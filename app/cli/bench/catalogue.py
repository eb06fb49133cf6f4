"""`bench catalogue`: all items of a sale, from the server to a till that can sell them."""

import json
from collections.abc import Callable, Iterator
from time import perf_counter

from app.cli.bench.data import load_edition
from app.cli.bench.measures import Measure, Target
from app.cli.bench.scratch import Setting
from app.cli.bench.till_browser import TillPage, chromium, new_profile
from app.cli.bench.tills import codes_on_sale, man_tills, write_sales
from app.cli.simulate.browser import Browser, Page
from app.cli.simulate.till import Till
from app.core.errors import DomainError

READY = Target(2.0)
WIRE_BYTES = 500_000
RATES = (1, 4)
# Sold between two visits of a till that was away.
CHANGED = 50
ASKED = 10
CATALOGUE = "/sync/catalogue"
# When the page asked for it, in ms.
LOADING = """() => performance.getEntriesByType("resource")
    .find(({ name }) => name.endsWith("/sync/catalogue")).startTime"""


def measure_catalogue(setting: Setting, items: int = 10_000) -> Iterator[Measure]:
    with setting.bourse() as bourse:
        edition = load_edition(items)
        codes = codes_on_sale(edition)
        posts = man_tills(edition, 2)
        bourse.start()
        till_id, number, cookie = posts[0]
        till = Till(Browser(bourse.url, {"session": cookie}), till_id, number)
        till.open(100_00)
        yield from _asked(setting, till)
        yield from _opened(setting, bourse.url, *posts[1][::2])
        # Meanwhile the news of the opening have become old: a delta holds what is sold from now on.
        till.ping()
        yield _followed(setting, till, codes)


def _asked(setting: Setting, till: Till) -> Iterator[Measure]:
    """The server's answers to a till that knows nothing, and to one that knows everything."""
    whole, page = _ask(setting, lambda: till.request("GET", CATALOGUE), 200)
    yield Measure(
        "catalogue",
        f"{len(till.exchange.prices)} articles, réponse du serveur",
        setting.database,
        whole,
        size_bytes=page.wire_bytes,
        target=Target(READY.seconds, size_bytes=WIRE_BYTES),
    )
    known = {"If-None-Match": page.headers["etag"]}
    same, page = _ask(setting, lambda: till.request("GET", CATALOGUE, headers=known), 304)
    yield Measure("catalogue", "rien de nouveau (304)", setting.database, same, size_bytes=page.wire_bytes)


def _followed(setting: Setting, till: Till, codes: Iterator[str]) -> Measure:
    """The server's answers to a till that missed some sales."""
    address = f"{CATALOGUE}?since={till.exchange.cursor}"
    write_sales(till, codes, CHANGED, 1)
    till.send()
    times, page = _ask(setting, lambda: till.request("GET", address), 200)
    told = len(json.loads(page.body).get("codes", ()))
    if told != CHANGED:
        raise DomainError(f"{CHANGED} articles ont été vendus, le serveur en dit {told}.")
    what = f"{CHANGED} articles vendus depuis"
    return Measure("catalogue", what, setting.database, times, size_bytes=page.wire_bytes)


def _ask(setting: Setting, ask: Callable[[], Page], status: int) -> tuple[list[float], Page]:
    """Seconds of each answer, and the last."""
    times = []
    for _ in range(setting.runs * ASKED):
        start = perf_counter()
        page = ask()
        times.append(perf_counter() - start)
        if page.status != status:
            raise DomainError(f"{page.address} répond {page.status} au lieu de {status}.")
    return times, page


def _opened(setting: Setting, base_url: str, till_id: int, cookie: str) -> Iterator[Measure]:
    """A till that knows nothing loads everything, then is opened again with what it keeps."""
    with chromium() as browser:
        for rate in RATES:
            loaded, opened = [], []
            for _ in range(setting.runs):
                context = new_profile(browser, base_url, cookie)
                till = TillPage(context)
                till.slow_down(rate)
                till.open(till_id)
                loaded.append(till.wait_ready() - till.page.evaluate(LOADING) / 1000)
                till.page.reload()
                opened.append(till.wait_ready())
                context.close()
            speed = "" if rate == 1 else f", processeur ÷ {rate}"
            yield Measure(
                "catalogue", f"demandé → prêt à vendre{speed}", setting.database, loaded, target=READY
            )
            yield Measure("catalogue", f"page rouverte → prête{speed}", setting.database, opened)
