"""`bench sales`: eight tills sell while a hundred people turn pages.

First faster than any hall, a sale a second at each till: how long one waits to be acknowledged. Then as
quickly as the server takes them, sale by sale and in the batches of a till that has some waiting. As in
`bench pages`, tills and readers work on the cores of the server.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count, takewhile

from app.cli.bench.data import load_edition
from app.cli.bench.measures import Measure, Target, percentile
from app.cli.bench.memory import PeakMemory
from app.cli.bench.page_client import Visitor, browse
from app.cli.bench.pages import PAUSE, make_visitors
from app.cli.bench.scratch import Setting
from app.cli.bench.tills import at_once, check_confirmed_once, codes_on_sale, open_tills, write_sales
from app.cli.simulate.exchange import BATCH
from app.cli.simulate.till import Till
from app.cli.support.server import PrivateServer
from app.core.errors import DomainError

BASKET = 2
# Seconds between two sales of one till at a lively pace.
PACE = 1.0
ACKNOWLEDGED = Target(0.15, at_p95=True)
# A hundred a second.
PER_SALE = Target(0.01)


@dataclass
class Phase:
    """One way of sending, over all runs: seconds of each request, and of each sale on the whole."""

    what: str
    requests: list[float] = field(default_factory=list)
    per_sale: list[float] = field(default_factory=list)


def measure_sales(
    setting: Setting, tills: int = 8, people: int = 100, items: int = 10_000, seconds: float = 10.0
) -> Iterator[Measure]:
    """A bourse per run: all it has is sold beforehand, and sent in each way for `seconds` as long as some is
    left; the rest after the measure."""
    paced, singly = Phase("une par seconde et caisse"), Phase("une par envoi")
    batches = Phase(f"{BATCH} par envoi")
    pages: list[float] = []
    peaks = []
    for _ in range(setting.runs):
        with setting.bourse() as bourse:
            edition = load_edition(items)
            visitors = make_visitors(edition.id, people)
            bourse.start()
            hall = open_tills(bourse, edition, tills)
            codes = codes_on_sale(edition)
            for till in hall:
                write_sales(till, codes, len(till.exchange.on_sale) // BASKET // tills, BASKET)
            works = (
                (paced, partial(_sell_in_time, seconds=seconds)),
                (singly, partial(_send, size=1, seconds=seconds)),
                (batches, partial(_send, size=BATCH, seconds=seconds)),
            )
            with PeakMemory([bourse.web_pid]) as memory, _readers(bourse, visitors, 6 * seconds, pages):
                for phase, work in works:
                    _run(phase, hall, work)
            at_once(hall, Till.send)
            peaks.append(memory.largest or 0)
            check_confirmed_once(hall, BASKET)
    yield from _measures(setting, (paced, singly, batches), pages, max(peaks), people)


def _run(phase: Phase, hall: Sequence[Till], work: Callable[[Till], list[float]]) -> None:
    """Send what waits at the tills in the way of this phase."""
    waiting = _count_waiting(hall)
    found: list[list[float]] = []
    elapsed = at_once(hall, lambda till: found.append(work(till)))
    phase.requests += [each for times in found for each in times]
    phase.per_sale.append(elapsed / (waiting - _count_waiting(hall)))


def _count_waiting(hall: Sequence[Till]) -> int:
    return sum(len(till.journal.waiting) for till in hall)


@contextmanager
def _readers(
    bourse: PrivateServer, visitors: Sequence[Visitor], seconds: float, pages: list[float]
) -> Iterator[None]:
    """People turning pages, who have all come when the block begins; DomainError when it outlasts them."""
    with ThreadPoolExecutor(1) as door:
        reading = door.submit(browse, bourse.port, visitors, seconds, PAUSE)
        time.sleep(1.5 * PAUSE)
        yield
        if reading.done():
            raise DomainError("Les lecteurs sont partis avant que tout soit vendu : la mesure ne vaut rien.")
        pages += [answer.seconds for answer in reading.result()]


def _sell_in_time(till: Till, seconds: float) -> list[float]:
    """At each tick a sale and the ping that follows it, until the time is over; seconds to each verdict."""
    start, times = time.perf_counter() + PACE * (till.number % 8) / 8, list[float]()
    end = start + seconds
    for due in takewhile(lambda due: due < end and till.journal.waiting, count(start, PACE)):
        time.sleep(max(0.0, due - time.perf_counter()))
        times.append(_timed(till, 1))
        till.ping()
    return times


def _send(till: Till, size: int, seconds: float) -> list[float]:
    end, times = time.perf_counter() + seconds, list[float]()
    while till.journal.waiting and time.perf_counter() < end:
        times.append(_timed(till, size))
    return times


def _timed(till: Till, size: int) -> float:
    start = time.perf_counter()
    till.exchange.post(till.journal.waiting[:size])
    return time.perf_counter() - start


def _measures(
    setting: Setting, phases: Sequence[Phase], pages: Sequence[float], peak: int, people: int
) -> Iterator[Measure]:
    for phase in phases:
        paced = phase is phases[0]
        details: dict[str, str | int | float] = {
            "ventes par seconde": round(1 / percentile(phase.per_sale, 50))
        }
        what, target = f"{phase.what} : réponse", ACKNOWLEDGED if paced else None
        yield Measure("sales", what, setting.database, phase.requests, peak, target, details)
    for phase in phases[1:]:
        what = f"{phase.what} : temps par vente"
        yield Measure("sales", what, setting.database, phase.per_sale, target=PER_SALE)
    yield Measure("sales", f"pages de {people} personnes pendant ce temps", setting.database, pages)
