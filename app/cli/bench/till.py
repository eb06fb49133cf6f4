"""`bench till`: scanning and taking money at a till that knows 10,000 items, on a quick and a slow computer.

While it sells, the till sends each sale and hears the news, as always; server and browser share the machine.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from app.cli.bench.data import load_edition
from app.cli.bench.measures import Measure, Target
from app.cli.bench.scratch import Setting
from app.cli.bench.till_browser import TillPage, chromium, new_profile
from app.cli.bench.tills import codes_on_sale, man_tills

# A computer of the hall, and a slow tablet.
RATES = (1, 4)
BASKET = 4
WORK = {"scan": "lecture → ligne affichée", "payment": "encaisser → gardé et affiché"}
TARGETS = {"scan": Target(0.05, at_p95=True), "payment": Target(0.1, at_p95=True)}

Times = dict[str, list[float]]


def measure_till(
    setting: Setting, items: int = 10_000, sales: int = 25, rates: Sequence[int] = RATES
) -> Iterator[Measure]:
    """So many sales of four items per run, at each speed of the processor."""
    times = till_times(setting, items, sales, rates)
    for rate in rates:
        speed = "" if rate == 1 else f", processeur ÷ {rate}"
        for work, words in WORK.items():
            what = f"{words}{speed}"
            yield Measure("till", what, setting.database, times[rate][work], target=TARGETS[work])


def till_times(setting: Setting, items: int, sales: int, rates: Sequence[int]) -> dict[int, Times]:
    """Seconds of each scan and payment, by speed of the processor."""
    with setting.bourse() as bourse, chromium() as browser:
        edition = load_edition(items)
        codes = codes_on_sale(edition)
        [(till_id, _, cookie)] = man_tills(edition, 1)
        bourse.start()
        till = TillPage(new_profile(browser, bourse.url, cookie))
        till.open(till_id)
        times: dict[int, Times] = {rate: defaultdict(list) for rate in rates}
        # The first sale is not counted: scripts are compiled, styles computed.
        _sell(till, codes, defaultdict(list))
        for _ in range(setting.runs):
            for rate in rates:
                till.slow_down(rate)
                for _ in range(sales):
                    _sell(till, codes, times[rate])
        return times


def _sell(till: TillPage, codes: Iterator[str], times: Times) -> None:
    for _ in range(BASKET):
        times["scan"].append(till.scan(next(codes)))
    times["payment"].append(till.pay())
