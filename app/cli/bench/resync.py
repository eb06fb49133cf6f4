"""`bench resync`: the network is back, and every till sends what it kept, all at the same moment."""

from collections.abc import Iterator

from app.cli.bench.data import load_edition
from app.cli.bench.measures import Measure, Target
from app.cli.bench.memory import PeakMemory
from app.cli.bench.scratch import Setting
from app.cli.bench.tills import at_once, check_confirmed_once, codes_on_sale, open_tills, write_sales
from app.cli.simulate.exchange import BATCH
from app.cli.simulate.till import Till

# So many items each, of an edition that has just begun to sell.
BASKET, SOLD_SHARE = 2, 0.1
TARGET = Target(10.0)


def measure_resync(
    setting: Setting, tills: int = 8, sales: int = 500, items: int = 10_000
) -> Iterator[Measure]:
    """A bourse per run: until the last sale is confirmed, then until each till knows what the others sold."""
    confirmed, informed, peaks = [], [], []
    for _ in range(setting.runs):
        with setting.bourse() as bourse:
            edition = load_edition(items, SOLD_SHARE)
            bourse.start()
            hall = open_tills(bourse, edition, tills)
            codes = codes_on_sale(edition)
            for till in hall:
                write_sales(till, codes, sales, BASKET)
            with PeakMemory([bourse.web_pid]) as memory:
                confirmed.append(at_once(hall, lambda till: till.exchange.flush()))
                informed.append(confirmed[-1] + at_once(hall, Till.ping))
            peaks.append(memory.largest or 0)
            at_once(hall, Till.send_again)
            check_confirmed_once(hall, BASKET)
    what = f"{tills} caisses × {sales} ventes"
    target = TARGET if sales == 500 else None
    per_second = round(tills * sales / sorted(confirmed)[len(confirmed) // 2])
    details: dict[str, str | int | float] = {"ventes par seconde": per_second, "par envoi": BATCH}
    yield Measure("resync", f"{what} : confirmées", setting.database, confirmed, max(peaks), target, details)
    yield Measure("resync", f"{what} : caisses à jour", setting.database, informed, max(peaks), target)
