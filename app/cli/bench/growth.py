"""`bench growth`: ten times as many items: tills no slower, pages less than twice, batches ten times."""

from collections import defaultdict
from collections.abc import Iterator

from app.cli.bench.data import load_edition
from app.cli.bench.labels import lists_holding, make_labels
from app.cli.bench.measures import Measure, Target, percentile
from app.cli.bench.page_client import browse
from app.cli.bench.pages import make_visitors
from app.cli.bench.scratch import Setting
from app.cli.bench.till import till_times

TIMES = 10
# How much longer each may take. Flat and linear within what two measures of the same differ by.
FLAT, PAGES, LINEAR = 1.25, 2.0, TIMES * 1.25
# People enough to open every page of every role, too few to wait for each other.
PEOPLE = 5
READING, PAUSE = 20.0, 0.5

Times = dict[str, list[float]]


def measure_growth(setting: Setting, items: int = 1_000) -> Iterator[Measure]:
    """Each work at `items` and at ten times as many; the target of the larger follows from the smaller."""
    small, large = _works(setting, items), _works(setting, items * TIMES)
    for what, (allowed, times) in small.items():
        before = percentile(times, 50)
        after = large[what][1]
        ratio = percentile(after, 50) / before
        yield Measure(
            "growth",
            what,
            setting.database,
            after,
            target=Target(before * allowed),
            details={
                f"médiane à {items} articles (ms)": round(before * 1000, 1),
                f"à {items * TIMES}": f"× {ratio:.2f}".replace(".", ","),
            },
        )


def _works(setting: Setting, items: int) -> dict[str, tuple[float, list[float]]]:
    """Each work's allowed growth and its times at this size."""
    till = till_times(setting, items, sales=25, rates=(1,))[1]
    pages, labels = _served(setting, items)
    return {
        "caisse : lecture → ligne affichée": (FLAT, till["scan"]),
        "caisse : encaisser": (FLAT, till["payment"]),
        **{f"page : {label}": (PAGES, times) for label, times in pages.items()},
        "étiquettes, travail entier": (LINEAR, labels),
    }


def _served(setting: Setting, items: int) -> tuple[Times, list[float]]:
    """Seconds of each page, and of each job that makes all labels."""
    with setting.bourse() as bourse:
        edition_id = load_edition(items).id
        visitors = make_visitors(edition_id, PEOPLE)
        bourse.start()
        browse(bourse.port, visitors, READING / 4, PAUSE)
        pages: Times = defaultdict(list)
        for _ in range(setting.runs):
            for answer in browse(bourse.port, visitors, READING, PAUSE):
                pages[answer.page].append(answer.seconds)
        bourse.start_workers()
        list_ids = lists_holding(edition_id, items)
        jobs = [make_labels(bourse, edition_id, list_ids) for _ in range(setting.runs)]
        return pages, [job.seconds for job in jobs]
